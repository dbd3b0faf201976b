"""The desk: everything about one case, and its next step."""

from flask import render_template

from portal.cases.permissions import Action
from portal.core.access import requires
from portal.core.permissions import Permission
from portal.core.web import current_actor, db
from portal.triage import services
from portal.triage.views import desk_page
from portal.triage.views.blueprint import blueprint, reach


@blueprint.get("/triage/<reference>")
@requires(Permission.CASE_TRIAGE, records_read=True)
def desk(reference: str) -> str:
    """One case: who, where it stands, what it lacks, what was told and sent, what comes next."""
    scoped = reach(reference)
    scoped.check(Action.CASE_READ)
    contents = desk_page.read(db(), scoped)
    services.record_desk_read(db(), scoped.case, actor=current_actor())
    db().commit()
    return render_template("triage/desk.html", desk=contents)
