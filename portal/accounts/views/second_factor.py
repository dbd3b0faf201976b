"""The second factor: giving a code, setting up an app, recovery codes."""

from flask import Response as FlaskResponse
from flask import redirect, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import factors, presenters, sessions
from portal.accounts.forms import CodeForm, EmptyForm, SetupForm
from portal.accounts.models import User
from portal.accounts.services import acting, get_user, sign_in
from portal.accounts.services import second_factor as service
from portal.accounts.views.common import Page, blueprint, go_on, go_to_second_factor, next_path, origin
from portal.core.access import public, requires
from portal.core.permissions import Permission
from portal.core.web import current_actor_or_none, db, see_other

PENDING = "pending_app"
FRESH_CODES = "fresh_recovery_codes"


@blueprint.get("/second-factor")
@public
def second_factor() -> Page:
    """Ask for a code."""
    user = _half_way()
    if user is None or not user.has_second_factor:
        return _elsewhere(user)
    return render_template("accounts/second_factor.html", form=CodeForm(), next=next_path())


@blueprint.post("/second-factor")
@public
def second_factor_post() -> Page:
    """Judge the code; a right one completes the sign-in."""
    user = _half_way()
    if user is None or not user.has_second_factor:
        return _elsewhere(user)
    form = CodeForm()
    if form.validate():
        judged = service.give_code(db(), user, form.code.data, actor=acting.actor_of(user, origin()))
        if judged.accepted:
            sign_in.completed(db(), user, origin=origin())
            sessions.current().confirm()
        db().commit()
        if judged.accepted:
            return go_on()
        form.add_error("code", presenters.code_message(judged))
    return render_template("accounts/second_factor.html", form=form, next=next_path()), 422


@blueprint.get("/second-factor/setup")
@public
def second_factor_setup() -> Page:
    """Show the secret of a new authenticator app to somebody who has none yet."""
    user = _half_way()
    if user is None or user.has_second_factor:
        return _elsewhere(user)
    return _setup_page(user, SetupForm())


@blueprint.post("/second-factor/setup")
@public
def second_factor_setup_post() -> Page:
    """Keep the secret once the app proves that it has it; that completes the sign-in."""
    user = _half_way()
    if user is None or user.has_second_factor:
        return _elsewhere(user)
    form = SetupForm()
    if not form.validate():
        return _setup_page(user, form), 422
    if not _enrol(user, form, replace=False):
        return _setup_page(user, form), 422
    sign_in.completed(db(), user, origin=origin())
    db().commit()
    return redirect(url_for("accounts.recovery_codes", next=next_path()), code=303)


@blueprint.get("/account/second-factor")
@requires(Permission.SIGNED_IN, step_up=True)
def second_factor_change() -> Page:
    """Show the secret of another authenticator app."""
    return _setup_page(_signed_in(), SetupForm())


@blueprint.post("/account/second-factor")
@requires(Permission.SIGNED_IN, step_up=True)
def second_factor_change_post() -> Page:
    """Replace the authenticator app."""
    user, form = _signed_in(), SetupForm()
    if not form.validate() or not _enrol(user, form, replace=True):
        return _setup_page(user, form), 422
    db().commit()
    return redirect(url_for("accounts.recovery_codes", next=url_for("accounts.account")), code=303)


@blueprint.get("/recovery-codes")
@requires(Permission.SIGNED_IN)
def recovery_codes() -> Page:
    """The codes just made, until the person says that they are kept."""
    codes = session.get(FRESH_CODES)
    if not codes:
        return see_other("accounts.account")
    return render_template("accounts/recovery_codes.html", form=EmptyForm(), codes=codes, next=next_path())


@blueprint.get("/recovery-codes.txt")
@requires(Permission.SIGNED_IN)
def recovery_codes_file() -> Response:
    """The same codes as a file."""
    codes = session.get(FRESH_CODES)
    if not codes:
        return see_other("accounts.account")
    heading = _("Recovery codes for the second opinion portal. Each works once.")
    answer = FlaskResponse("\n".join([heading, "", *codes, ""]), mimetype="text/plain")
    answer.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return answer


@blueprint.post("/recovery-codes")
@requires(Permission.SIGNED_IN)
def recovery_codes_kept() -> Response:
    """Never show these codes again."""
    session.pop(FRESH_CODES, None)
    return go_on()


@blueprint.post("/account/recovery-codes")
@requires(Permission.SIGNED_IN, step_up=True)
def recovery_codes_new() -> Response:
    """Make new codes in place of the old."""
    user = _signed_in()
    session[FRESH_CODES] = service.new_recovery_codes(db(), user, actor=acting.actor_of(user, origin()))
    db().commit()
    return redirect(url_for("accounts.recovery_codes", next=url_for("accounts.account")), code=303)


def _half_way() -> User | None:
    visit = sessions.current().visit
    return get_user(db(), visit.user_id) if visit and visit.half_way and visit.user_id else None


def _signed_in() -> User:
    actor = current_actor_or_none()
    return get_user(db(), (actor.user_id if actor else None) or "")


def _elsewhere(user: User | None) -> Response:
    if user is None:
        return redirect(url_for("accounts.sign_in", next=next_path()), code=303)
    return go_to_second_factor(has_one=user.has_second_factor)


def _enrol(user: User, form: SetupForm, *, replace: bool) -> bool:
    actor = acting.actor_of(user, origin())
    secret = session.get(PENDING, "")
    codes = None
    if secret:
        codes = service.enrol(db(), user, secret=secret, typed=form.code.data, replace=replace, actor=actor)
    if codes is None:
        form.add_error("code", _("This code is not right. Type the code your app shows now."))
        return False
    session.pop(PENDING)
    session[FRESH_CODES] = codes
    sessions.current().confirm()
    return True


def _setup_page(user: User, form: SetupForm) -> str:
    secret = session.setdefault(PENDING, factors.new_secret())
    return render_template(
        "accounts/second_factor_setup.html",
        form=form,
        enrolment=presenters.enrolment(secret, user.email or ""),
        changing=user.has_second_factor,
        next=next_path(),
    )
