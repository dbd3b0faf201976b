"""Signing in with the password, and signing out."""

from flask import render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import passwords, presenters, sessions
from portal.accounts.forms import EmptyForm, SignInForm
from portal.accounts.policies import normalised_password
from portal.accounts.services import sign_in as service
from portal.accounts.views.common import (
    Page,
    blueprint,
    go_on,
    go_to_second_factor,
    next_path,
    origin,
    start_session,
)
from portal.core.access import public
from portal.core.web import current_actor_or_none, db, see_other


@blueprint.get("/sign-in")
@public
def sign_in() -> Page:
    """E-mail and password; whoever is part of the way goes on from there."""
    if current_actor_or_none() is not None:
        return go_on()
    visit = sessions.current().visit
    if visit and visit.half_way:
        return go_to_second_factor(has_one=visit.has_second_factor)
    return render_template("accounts/sign_in.html", form=SignInForm(), next=next_path())


@blueprint.post("/sign-in")
@public
def sign_in_post() -> Page:
    """Compare the password, with no transaction open meanwhile; say the same whatever was wrong."""
    form = SignInForm()
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form, next=next_path()), 422
    tried = service.attempt(db(), form.email.data, origin=origin())
    db().commit()
    if tried.until is not None:
        form.add_error(None, presenters.wait_message(tried.until))
        return render_template("accounts/sign_in.html", form=form, next=next_path()), 429
    if not passwords.matches(normalised_password(form.password.data), tried.password_hash):
        service.failed(db(), tried, origin=origin())
        db().commit()
        form.add_error(
            "password", _("The email address or the password is not right. Check both and try again.")
        )
        return render_template("accounts/sign_in.html", form=form, next=next_path()), 422
    user = service.succeeded(db(), tried, origin=origin())
    start_session(user.id)
    db().commit()
    return go_to_second_factor(has_one=user.has_second_factor)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End this session."""
    if EmptyForm().validate():
        sessions.current().end()
    return see_other("accounts.signed_out")


@blueprint.get("/signed-out")
@public
def signed_out() -> str:
    """Say that it is done."""
    return render_template("accounts/signed_out.html")
