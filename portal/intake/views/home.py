"""The first page, the way to each role's first page, and a patient's list of cases."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from portal.cases import scope
from portal.cases.models import CaseStatus, Relation
from portal.core.access import public, requires
from portal.core.actor import Role
from portal.core.permissions import Permission
from portal.core.web import current_actor, current_actor_or_none, db, see_other
from portal.intake import services
from portal.intake.forms import EmptyForm
from portal.intake.views.blueprint import blueprint
from portal.intake.words import status_words
from portal.vault.web import current_vault

FIRST_PAGES = {
    Role.PATIENT: "intake.cases",
    Role.CAREGIVER: "intake.cases",
    Role.COORDINATOR: "triage.queue",
    Role.REVIEWER: "opinions.worklist",
    Role.ADMIN: "accounts.people",
    Role.AUDITOR: "audit.trail",
}


@blueprint.get("/")
@public
def landing() -> str:
    """What this is, what it costs in effort, what happens to the documents."""
    return render_template("intake/landing.html", signed_in=current_actor_or_none() is not None)


@blueprint.get("/home")
@requires(Permission.SIGNED_IN)
def home() -> Response:
    """To the first page of the person's role; a patient with one case goes straight to it."""
    actor = current_actor()
    if actor.role is Role.PATIENT:
        mine = scope.for_actor(db(), actor).cases(Relation.OWNER)
        if len(mine) == 1:
            return see_other("intake.task_list", reference=mine[0].reference)
    return see_other(FIRST_PAGES[actor.role])


@blueprint.get("/cases")
@requires(Permission.CASE_OWN)
def cases() -> str:
    """The person's cases, newest first."""
    actor = current_actor()
    relation = Relation.OWNER if actor.role is Role.PATIENT else Relation.CAREGIVER
    mine = scope.for_actor(db(), actor).cases(relation)
    rows = [
        {
            "reference": case.reference,
            "status": case.status,
            "words": status_words(case.state)[0],
            "started": case.created_at,
            "href": url_for("intake.task_list", reference=case.reference),
        }
        for case in mine
    ]
    may_start = actor.role is Role.PATIENT and not any(case.state is CaseStatus.DRAFT for case in mine)
    return render_template("intake/cases.html", rows=rows, may_start=may_start, form=EmptyForm())


@blueprint.post("/cases")
@requires(Permission.CASE_OWN)
def start() -> Response:
    """Open a case, or go on with the one not sent yet."""
    case = services.start(db(), current_vault(), actor=current_actor())
    db().commit()
    return see_other("intake.task_list", reference=case.reference)
