"""The coordinator reads a signed opinion and releases it to the patient."""

from flask import flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.cases.permissions import Action
from portal.core.access import requires
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other
from portal.opinions import presenters, services
from portal.opinions.forms import ConfirmForm
from portal.opinions.models import OpinionStatus
from portal.opinions.views.blueprint import absolute, blueprint, reach


@blueprint.get("/triage/<reference>/opinion")
@requires(Permission.CASE_RELEASE, records_read=True)
def review(reference: str) -> str:
    """The signed opinion, with the button that releases it."""
    scoped = reach(reference)
    case = scoped.check(Action.OPINION_READ)
    opinion = services.signed(db(), case)
    page = render_template(
        "opinions/release.html",
        case=case,
        form=ConfirmForm(formdata=None),
        opinion=presenters.opinion_page(opinion),
        can_release=scoped.may(Action.OPINION_RELEASE),
    )
    services.record_read(db(), case, "opinion.read", opinion, actor=current_actor())
    db().commit()
    return page


@blueprint.post("/triage/<reference>/opinion")
@requires(Permission.CASE_RELEASE, step_up=True)
def release(reference: str) -> Response:
    """Release it; a second time says that it is released already."""
    scoped = reach(reference)
    case = scoped.check(Action.OPINION_READ)
    if services.signed(db(), case).status_of is OpinionStatus.SIGNED:
        scoped.check(Action.OPINION_RELEASE)
    services.release(db(), case, actor=current_actor(), link=absolute("opinions.read", case))
    db().commit()
    flash(_("The opinion is released. The patient gets a mail without health details."))
    return see_other("opinions.review", reference=reference)
