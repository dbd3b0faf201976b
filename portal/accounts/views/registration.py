"""Opening a patient's account: ask, confirm by mail, go on to the second factor."""

from flask import render_template
from flask_babel import gettext as _

from portal.accounts import passwords, presenters
from portal.accounts.forms import PasswordForm, RegisterForm
from portal.accounts.models import LetterKind
from portal.accounts.policies import normalised_password
from portal.accounts.services import letters, people, sign_in
from portal.accounts.views.common import Page, blueprint, chosen_password, link_is_over, open_account, origin
from portal.core.access import public
from portal.core.errors import Invalid
from portal.core.web import db, see_other


@blueprint.get("/register")
@public
def register() -> str:
    """Ask for name, e-mail and password."""
    return render_template("accounts/register.html", form=RegisterForm())


@blueprint.post("/register")
@public
def register_post() -> Page:
    """Take note; a known address gets the same answer as an unknown one."""
    form = RegisterForm()
    checked = _checked(form)
    if checked is None:
        return render_template("accounts/register.html", form=form), 422
    email, name, password_hash = checked
    until = letters.ask_to_register(
        db(), email=email, name=name, password_hash=password_hash, origin=origin()
    )
    db().commit()
    if until is None:
        return see_other("accounts.check_mail")
    form.add_error(None, presenters.wait_message(until))
    return render_template("accounts/register.html", form=form), 429


@blueprint.get("/check-your-mail")
@public
def check_mail() -> str:
    """Say that a mail is on its way, whoever asked."""
    return render_template("accounts/check_mail.html")


@blueprint.get("/confirm/<token>")
@public
def confirm(token: str) -> Page:
    """Ask for the password chosen: whoever opens the link must be the one who asked for the account."""
    letter = letters.find(db(), LetterKind.REGISTER, token)
    if letter is None:
        return link_is_over()
    return render_template("accounts/confirm.html", form=PasswordForm(), email=letter.email)


@blueprint.post("/confirm/<token>")
@public
def confirm_post(token: str) -> Page:
    """Open the account and go on to the second factor."""
    letter = letters.find(db(), LetterKind.REGISTER, token)
    if letter is None:
        return link_is_over()
    form, email = PasswordForm(), letter.email or ""
    if not form.validate():
        return render_template("accounts/confirm.html", form=form, email=email), 422
    tried = sign_in.attempt(db(), email, origin=origin())
    db().commit()
    if tried.until is not None:
        form.add_error(None, presenters.wait_message(tried.until))
        return render_template("accounts/confirm.html", form=form, email=email), 429
    if not passwords.matches(normalised_password(form.password.data), letter.password_hash):
        form.add_error("password", _("This is not the password you chose when you registered. Try again."))
        return render_template("accounts/confirm.html", form=form, email=email), 422
    sign_in.cleared(db(), tried, origin=origin())
    return open_account(letter, letter.password_hash or "")


def _checked(form: RegisterForm) -> tuple[str, str, str] | None:
    if not form.validate():
        return None
    try:
        name, email = people.checked_name(form.name.data), people.checked_email(form.email.data)
    except Invalid as error:
        form.add_error(error.field, error.message)
        return None
    password_hash = chosen_password(form, email, name)
    return (email, name, password_hash) if password_hash else None
