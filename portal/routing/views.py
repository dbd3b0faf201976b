"""Pages of the reviewer's side of routing."""

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.audit import services as audit
from portal.cases import history, scope
from portal.cases.models import Case
from portal.cases.permissions import Action
from portal.core.access import requires
from portal.core.clock import now
from portal.core.permissions import Permission
from portal.core.web import current_actor, db, see_other, settings
from portal.documents import services as documents
from portal.knowledge import loader
from portal.routing import facts, presenters, services
from portal.routing.forms import DeclineForm, ProfileForm
from portal.routing.models import Offer

blueprint = Blueprint("routing", __name__)


@blueprint.get("/offers")
@requires(Permission.OFFER_ANSWER)
def offers() -> str:
    """Cases offered to the reviewer, those that wait for an answer first."""
    actor = current_actor()
    return render_template(
        "routing/offers.html",
        rows=presenters.rows(services.offers_to(db(), actor)),
        profile=services.profile_of(db(), actor.user_id or ""),
    )


@blueprint.get("/offers/<offer_id>")
@requires(Permission.OFFER_ANSWER, records_read=True)
def offer(offer_id: str) -> str:
    """One offer, without the identity of the patient."""
    found, case = services.offer_to(db(), offer_id, current_actor())
    return _page(found, case, DeclineForm(formdata=None))


@blueprint.post("/offers/<offer_id>/accept")
@requires(Permission.OFFER_ANSWER)
def accept(offer_id: str) -> Response:
    """Take the case."""
    actor = current_actor()
    found, case = services.offer_to(db(), offer_id, actor)
    services.accept(db(), found, actor, link=_desk(case))
    db().commit()
    flash(_("You have accepted %(reference)s. The full case is open to you now.", reference=case.reference))
    return see_other("opinions.workspace", reference=case.reference)


@blueprint.post("/offers/<offer_id>/decline")
@requires(Permission.OFFER_ANSWER)
def decline(offer_id: str) -> Response | tuple[str, int]:
    """Say no, with the reason."""
    actor = current_actor()
    found, case = services.offer_to(db(), offer_id, actor)
    form = DeclineForm()
    if not form.validate():
        return _page(found, case, form), 422
    services.decline(db(), found, actor, form.reason.data, link=_desk(case))
    db().commit()
    flash(_("You have declined %(reference)s. Thank you for looking at it.", reference=case.reference))
    return see_other("routing.offers")


@blueprint.get("/offers/profile")
@requires(Permission.OFFER_ANSWER)
def profile() -> str:
    """What coordinators see of the reviewer."""
    form = ProfileForm(formdata=None)
    form.show(services.profile_of(db(), current_actor().user_id or ""))
    return render_template("routing/profile.html", form=form)


@blueprint.post("/offers/profile")
@requires(Permission.OFFER_ANSWER)
def save_profile() -> Response | tuple[str, int]:
    """Change it."""
    form, actor = ProfileForm(), current_actor()
    if not form.validate():
        return render_template("routing/profile.html", form=form), 422
    services.save_profile(
        db(),
        actor.user_id or "",
        actor=actor,
        institution=form.institution.data,
        subspecialty=form.subspecialty.data,
        licensed_states=form.states,
        languages=form.spoken,
        conflicts=form.excluded,
        capacity=form.capacity.data,
    )
    db().commit()
    flash(_("Your profile was saved."))
    return see_other("routing.offers")


def _page(found: Offer, case: Case, form: DeclineForm) -> str:
    actor, known = current_actor(), None
    if presenters.is_open(found, case):
        scope.for_actor(db(), actor).case(case.reference, Action.PACKAGE_PREVIEW)
        known = facts.gather(
            loader.pack(case.pack, case.pack_version),
            history.load(db(), case),
            documents.ready_documents_of(db(), case),
            now().date(),
        )
    audit.record(db(), actor.did("offer.read", case_id=case.id, subject=found.id))
    db().commit()
    return render_template(
        "routing/offer.html",
        offer=presenters.rows([(found, case)])[0],
        facts=presenters.facts(known) if known else [],
        documents=presenters.document_lines(known) if known else [],
        form=form,
    )


def _desk(case: Case) -> str:
    return settings().base_url.rstrip("/") + url_for("triage.desk", reference=case.reference)
