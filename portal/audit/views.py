"""Pages of audit."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from portal.audit import presenters, services
from portal.audit.forms import FilterForm
from portal.core.access import requires
from portal.core.permissions import Permission
from portal.core.web import db

blueprint = Blueprint("audit", __name__)


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def trail() -> str | tuple[str, int] | Response:
    """The newest rows, or those below the row named ``before``."""
    form = FilterForm(request.args)
    if not form.validate():
        return render_template("audit/trail.html", form=form, rows=[], older=None), 422
    chosen = {"case": form.case.data, "person": form.person.data, "action": form.action.data}
    found, more = services.page(
        db(),
        before=request.args.get("before", type=int),
        case_id=form.case.data,
        actor_id=form.person.data,
        action=form.action.data,
    )
    older = (
        {**{key: value for key, value in chosen.items() if value}, "before": found[-1].seq} if more else None
    )
    return render_template("audit/trail.html", form=form, rows=presenters.rows(found), older=older)
