"""Reading a signed opinion: the patient's page, and the PDF."""

from flask import Response, render_template

from portal.cases.models import Case
from portal.cases.permissions import Action
from portal.core.access import requires
from portal.core.actor import Role
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.web import close_session, current_actor, db
from portal.opinions import policies, presenters, services
from portal.opinions.models import Opinion
from portal.opinions.views.blueprint import blueprint, reach
from portal.vault.web import current_vault


@blueprint.get("/cases/<reference>/opinion")
@requires(Permission.OPINION_READ, records_read=True)
def read(reference: str) -> str:
    """The released opinion, with the answers under the patient's own questions."""
    case = reach(reference).check(Action.OPINION_READ)
    opinion = services.released(db(), case)
    page = render_template("opinions/read.html", case=case, opinion=presenters.opinion_page(opinion))
    services.record_read(db(), case, "opinion.read", opinion, actor=current_actor())
    db().commit()
    return page


@blueprint.get("/cases/<reference>/opinion.pdf")
@requires(Permission.OPINION_READ, records_read=True)
def pdf(reference: str) -> Response:
    """The opinion as it was signed, as a file."""
    case = reach(reference).check(Action.OPINION_READ)
    opinion = _readable(case)
    object_id, manifest, case_id = opinion.object_id, opinion.manifest, case.id
    if object_id is None or manifest is None:
        raise NotFound
    services.record_read(db(), case, "opinion.downloaded", opinion, actor=current_actor())
    db().commit()
    close_session()
    response = Response(
        services.read_pdf(current_vault(), case_id, object_id, manifest), mimetype="application/pdf"
    )
    response.headers.set("Content-Disposition", "attachment", filename=f"opinion-{reference}.pdf")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _readable(case: Case) -> Opinion:
    """What is signed for a coordinator, their own for the author, what is released for everybody else."""
    actor = current_actor()
    if actor.role is Role.COORDINATOR:
        return services.signed(db(), case)
    if actor.role is Role.REVIEWER:
        own = services.own_opinion(db(), case, actor)
        if own is None or policies.can_write(own.status_of):
            raise NotFound
        return own
    return services.released(db(), case)
