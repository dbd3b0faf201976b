"""A person's own account: password, second factor, signed-in browsers."""

from flask import flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import presenters, sessions
from portal.accounts.forms import EmptyForm, NewPasswordForm
from portal.accounts.services import get_user, letters, second_factor, web_sessions
from portal.accounts.views.common import Page, blueprint, chosen_password
from portal.core.access import requires
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other


@blueprint.get("/account")
@requires(Permission.SIGNED_IN)
def account() -> str:
    """What a person can change about signing in."""
    actor = current_actor()
    return render_template(
        "accounts/account.html",
        form=EmptyForm(),
        actor=actor,
        role=presenters.role_name(actor.role),
        codes_left=second_factor.recovery_codes_left(db(), actor.user_id or ""),
        sessions=presenters.session_rows(web_sessions.mine(db(), actor), _this_session()),
    )


@blueprint.post("/account/sessions/<session_id>/end")
@requires(Permission.SIGNED_IN)
def end_session(session_id: str) -> Response:
    """Sign another browser out."""
    web_sessions.revoke(db(), session_id, actor=current_actor())
    db().commit()
    flash(_("That browser is signed out."))
    return see_other("accounts.account")


@blueprint.get("/account/password")
@requires(Permission.SIGNED_IN, step_up=True)
def change_password() -> str:
    """Ask for a new password."""
    return render_template("accounts/change_password.html", form=NewPasswordForm())


@blueprint.post("/account/password")
@requires(Permission.SIGNED_IN, step_up=True)
def change_password_post() -> Page:
    """Change the password; every other browser is signed out."""
    actor, form = current_actor(), NewPasswordForm()
    password_hash = chosen_password(form, actor.email, actor.name)
    if password_hash is None:
        return render_template("accounts/change_password.html", form=form), 422
    user = get_user(db(), actor.user_id or "")
    letters.change_password(db(), user, password_hash=password_hash, actor=actor, keep=_this_session())
    db().commit()
    flash(_("Your password has been changed. Other browsers are signed out."))
    return see_other("accounts.account")


def _this_session() -> str | None:
    visit = sessions.current().visit
    return visit.session_id if visit else None
