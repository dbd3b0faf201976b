"""Confirming both factors again before something that cannot be undone lightly."""

from flask import render_template
from flask_babel import gettext as _

from portal.accounts import passwords, presenters, sessions
from portal.accounts.forms import StepUpForm
from portal.accounts.models import User
from portal.accounts.policies import normalised_password
from portal.accounts.services import get_user
from portal.accounts.services import second_factor as codes
from portal.accounts.services import sign_in as service
from portal.accounts.views.common import Page, blueprint, go_on, next_path, origin
from portal.core.access import requires
from portal.core.permissions import Permission
from portal.core.web import current_actor, db


@blueprint.get("/step-up")
@requires(Permission.SIGNED_IN)
def step_up() -> str:
    """Ask for password and code."""
    return render_template("accounts/step_up.html", form=StepUpForm(), next=next_path())


@blueprint.post("/step-up")
@requires(Permission.SIGNED_IN)
def step_up_post() -> Page:
    """Judge both; the code is only looked at, and so used, when the password is right."""
    form = StepUpForm()
    if form.validate() and _password_is_right(form) and _code_is_right(form):
        return go_on()
    return render_template("accounts/step_up.html", form=form, next=next_path()), 422


def _password_is_right(form: StepUpForm) -> bool:
    tried = service.attempt(db(), current_actor().email, origin=origin())
    db().commit()
    if tried.until is not None:
        form.add_error(None, presenters.wait_message(tried.until))
        return False
    if passwords.matches(normalised_password(form.password.data), tried.password_hash):
        service.cleared(db(), tried, origin=origin())
        return True
    service.failed(db(), tried, origin=origin())
    db().commit()
    form.add_error("password", _("This password is not right. Try again."))
    return False


def _code_is_right(form: StepUpForm) -> bool:
    actor = current_actor()
    user: User = get_user(db(), actor.user_id or "")
    judged = codes.give_code(db(), user, form.code.data, actor=actor)
    if judged.accepted:
        sessions.current().confirm()
        service.confirmed_again(db(), user, actor=actor)
    else:
        form.add_error("code", presenters.code_message(judged))
    db().commit()
    return judged.accepted
