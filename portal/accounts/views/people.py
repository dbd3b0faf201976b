"""The people who work for the service. Patients never appear here."""

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import presenters
from portal.accounts.forms import STAFF_CHOICES, EmptyForm, InviteForm
from portal.accounts.services import get_user, invite
from portal.accounts.services import people as service
from portal.accounts.views.common import Page, blueprint
from portal.core.access import requires
from portal.core.actor import Role
from portal.core.errors import Invalid
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other

ACTIVE = {"yes": True, "no": False}


@blueprint.get("/admin/people")
@requires(Permission.PEOPLE_MANAGE)
def people() -> str:
    """Staff, by role and whether they may sign in."""
    role = request.args.get("role", "")
    active = request.args.get("active", "")
    wanted = Role(role) if role in dict(STAFF_CHOICES) else None
    found = service.staff(db(), role=wanted, active=ACTIVE.get(active))
    return render_template(
        "accounts/people.html",
        form=EmptyForm(),
        people=presenters.person_rows(found, current_actor().user_id),
        roles=STAFF_CHOICES,
        role=role,
        active=active,
    )


@blueprint.get("/admin/people/invite")
@requires(Permission.PEOPLE_MANAGE, step_up=True)
def invite_person() -> str:
    """Ask whom to invite."""
    return render_template("accounts/invite.html", form=InviteForm())


@blueprint.post("/admin/people/invite")
@requires(Permission.PEOPLE_MANAGE, step_up=True)
def invite_person_post() -> Page:
    """Send an invitation."""
    form = InviteForm()
    if not form.validate() or not _invited(form):
        return render_template("accounts/invite.html", form=form), 422
    db().commit()
    flash(_("The invitation is on its way. It can be used for 24 hours."))
    return see_other("accounts.people")


@blueprint.post("/admin/people/<user_id>/disable")
@requires(Permission.PEOPLE_MANAGE, step_up=True)
def disable(user_id: str) -> Response:
    """Shut somebody out, at once and in every browser."""
    return _set_active(user_id, False, _("This person is signed out and can no longer sign in."))


@blueprint.post("/admin/people/<user_id>/enable")
@requires(Permission.PEOPLE_MANAGE, step_up=True)
def enable(user_id: str) -> Response:
    """Let somebody in again."""
    return _set_active(user_id, True, _("This person can sign in again."))


def _set_active(user_id: str, active: bool, done: str) -> Response:
    service.set_active(db(), get_user(db(), user_id), active, actor=current_actor())
    db().commit()
    flash(done)
    return see_other("accounts.people")


def _invited(form: InviteForm) -> bool:
    try:
        invite(
            db(),
            email=form.email.data,
            name=form.name.data,
            role=Role(form.role.data),
            actor=current_actor(),
        )
    except Invalid as error:
        form.add_error(error.field, error.message)
        return False
    return True
