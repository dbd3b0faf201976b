"""Choosing a reviewer for a case, and taking an offer back."""

from flask import flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.audit import services as audit
from portal.cases.models import Case
from portal.cases.permissions import Action
from portal.cases.scope import ScopedCase
from portal.core.access import requires
from portal.core.errors import Invalid, NotFound
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other
from portal.routing import services as routing
from portal.triage import presenters
from portal.triage.forms import OfferForm
from portal.triage.views.blueprint import absolute, blueprint, reach, step


@blueprint.get("/triage/<reference>/offer")
@requires(Permission.CASE_OFFER, records_read=True)
def choose(reference: str) -> str:
    """Reviewers to choose from, beside the patient's state and treating institution."""
    return _page(_offerable(reach(reference)), OfferForm(formdata=None))


@blueprint.post("/triage/<reference>/offer")
@requires(Permission.CASE_OFFER)
def offer(reference: str) -> Response | tuple[str, int]:
    """Offer the case; of two coordinators the second is told who was first."""
    case = _offerable(reach(reference))
    form = OfferForm()
    form.offer_choices([])
    if form.validate():
        link = absolute("routing.offers")
        try:
            routing.offer(db(), case, form.reviewer_id.data, actor=current_actor(), link=link)
        except Invalid as error:
            form.add_error(error.field, error.message)
    if form.errors:
        return _page(case, form), 422
    db().commit()
    flash(_("The case is offered. You get a mail when the reviewer answers."))
    return see_other("triage.desk", reference=reference)


@blueprint.post("/triage/<reference>/withdraw-offer")
@requires(Permission.CASE_OFFER)
def withdraw(reference: str) -> Response:
    """Take the offer back, so that the case can be offered to somebody else."""
    case = step(reach(reference), Action.OFFER_WITHDRAW)
    standing = routing.open_offer(db(), case)
    if standing is None:
        raise NotFound
    routing.withdraw(db(), standing, actor=current_actor())
    db().commit()
    flash(_("The offer is withdrawn. The case is ready for another reviewer."))
    return see_other("triage.desk", reference=reference)


def _offerable(scoped: ScopedCase) -> Case:
    routing.refuse_second(db(), scoped.case)
    return step(scoped, Action.OFFER_MAKE)


def _page(case: Case, form: OfferForm) -> str:
    candidates = routing.reviewers_for(db(), case)
    rows = presenters.reviewer_rows(candidates)
    form.offer_choices([(row.id, row.name) for row in rows if not row.why_not])
    audit.record(db(), current_actor().did("case.read", case_id=case.id, subject="offer"))
    place, institution = presenters.place_words(case.patient_state), case.treating_institution
    db().commit()
    return render_template(
        "triage/offer.html",
        form=form,
        reference=case.reference,
        place=place,
        institution=institution,
        rows=[row for row in rows if not row.why_not],
        blocked=[row for row in rows if row.why_not],
    )
