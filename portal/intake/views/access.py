"""Who opened the patient's records: their own part of the audit trail."""

from flask import render_template, request, url_for

from portal.cases.models import Relation
from portal.cases.permissions import Action
from portal.core.access import requires
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.web import current_actor, db
from portal.intake import access_list, services
from portal.intake.views.blueprint import blueprint, reach


@blueprint.get("/cases/<reference>/access")
@requires(Permission.CASE_OWN, records_read=True)
def access(reference: str) -> str:
    """Who did what in the case, newest first; for the patient alone."""
    scoped = reach(reference)
    if Relation.OWNER not in scoped.relations:
        raise NotFound
    before = request.args.get("before", type=int)
    rows, more = services.trail(db(), scoped.case, actor=current_actor(), before=before)
    older = url_for("intake.access", reference=reference, before=rows[-1].seq) if more else None
    page = render_template(
        "intake/access.html",
        reference=scoped.case.reference,
        days=access_list.days(access_list.lines(rows, current_actor())),
        older=older,
        newest=before is None,
        may_write=scoped.may(Action.MESSAGE_WRITE),
    )
    db().commit()
    return page
