"""Choosing a new password by a link; the second factor is asked for all the same."""

from flask import flash, render_template
from flask_babel import gettext as _

from portal.accounts import presenters
from portal.accounts.forms import NewPasswordForm, ResetForm
from portal.accounts.models import LetterKind
from portal.accounts.services import letters, people
from portal.accounts.views.common import Page, blueprint, chosen_password, link_is_over, origin
from portal.core.access import public
from portal.core.errors import Invalid
from portal.core.web import db, see_other


@blueprint.get("/reset")
@public
def reset() -> str:
    """Ask where to send the link."""
    return render_template("accounts/reset.html", form=ResetForm())


@blueprint.post("/reset")
@public
def reset_post() -> Page:
    """Take note; a known address gets the same answer as an unknown one."""
    form = ResetForm()
    email = _checked(form)
    if email is None:
        return render_template("accounts/reset.html", form=form), 422
    until = letters.ask_to_reset(db(), email=email, origin=origin())
    db().commit()
    if until is None:
        return see_other("accounts.check_mail")
    form.add_error(None, presenters.wait_message(until))
    return render_template("accounts/reset.html", form=form), 429


@blueprint.get("/reset/<token>")
@public
def reset_password(token: str) -> Page:
    """Ask for a new password."""
    if letters.find(db(), LetterKind.RESET, token) is None:
        return link_is_over()
    return render_template("accounts/reset_password.html", form=NewPasswordForm())


@blueprint.post("/reset/<token>")
@public
def reset_password_post(token: str) -> Page:
    """Change the password and end every session; signing in comes next."""
    letter = letters.find(db(), LetterKind.RESET, token)
    if letter is None:
        return link_is_over()
    db().commit()
    form = NewPasswordForm()
    password_hash = chosen_password(form, letter.email or "")
    if password_hash is None:
        return render_template("accounts/reset_password.html", form=form), 422
    if not letters.reset_password(db(), letter, password_hash=password_hash, origin=origin()):
        return link_is_over()
    db().commit()
    flash(_("Your password has been changed. Sign in with it now."))
    return see_other("accounts.sign_in")


def _checked(form: ResetForm) -> str | None:
    if not form.validate():
        return None
    try:
        return people.checked_email(form.email.data)
    except Invalid as error:
        form.add_error(error.field, error.message)
        return None
