"""Pages of jobs."""

import structlog
from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from portal.core.access import requires
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other
from portal.jobs import presenters, services

blueprint = Blueprint("jobs", __name__)
log = structlog.get_logger()


@blueprint.get("/admin/jobs")
@requires(Permission.JOBS_READ)
def overview() -> str:
    """How the background work stands, and what needs a person."""
    counts = presenters.counts(services.counts(db()))
    return render_template("jobs/overview.html", counts=counts, dead=presenters.dead(services.dead(db())))


@blueprint.post("/admin/jobs/<job_id>/again")
@requires(Permission.JOBS_READ)
def run_again(job_id: str) -> Response:
    """Queue a dead job anew."""
    services.run_again(db(), job_id)
    log.info("job.run_again", job=job_id, user=current_actor().user_id)
    db().commit()
    return see_other("jobs.overview")
