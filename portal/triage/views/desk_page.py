"""What the desk shows of one case, read once and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.accounts import services as accounts
from portal.cases import history
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus
from portal.cases.permissions import Action
from portal.cases.scope import ScopedCase
from portal.core.web import settings
from portal.documents import presenters as document_words
from portal.documents import services as documents
from portal.documents.presenters import ReportRow
from portal.findings import readiness
from portal.findings.readiness import ItemState, ReadinessItem
from portal.knowledge import loader
from portal.knowledge.facts import CaseFacts, case_facts
from portal.knowledge.told import Told
from portal.knowledge.wording import SectionTold, sections_told
from portal.messages import presenters as message_words
from portal.messages import services as messages
from portal.messages.models import Audience
from portal.messages.presenters import MessageRow
from portal.routing import services as routing
from portal.routing.models import OfferState
from portal.triage import presenters, services
from portal.triage.presenters import StatusWords

NEWEST_MESSAGES = 3
DOCUMENT = "document."
"""What the keys of readiness items about documents begin with."""


@dataclass(frozen=True, slots=True)
class Step:
    """One status the case went through."""

    name: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer made for the case."""

    reviewer: str
    state: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The desk of one case; parts that the coordinator may not read now are empty."""

    reference: str
    status: str
    words: StatusWords
    days: int
    patient: str
    place: str
    institution: str
    facts: CaseFacts | None
    missing: Sequence[ReadinessItem]
    present: Sequence[ReadinessItem]
    documents: Sequence[ReportRow]
    sections: Sequence[SectionTold]
    messages: Sequence[MessageRow]
    open_requests: int
    unread: int
    steps: Sequence[Step]
    offers: Sequence[OfferLine]
    reviewer: str
    may: frozenset[str]

    @property
    def missing_reports(self) -> list[str]:
        """Kinds of documents that are expected and not there."""
        return [item.label for item in self.missing if item.key.startswith(DOCUMENT)]

    @property
    def missing_answers(self) -> list[str]:
        """Required questions without an answer."""
        return [item.label for item in self.missing if not item.key.startswith(DOCUMENT)]


def read(session: Session, scoped: ScopedCase) -> Desk:
    """Everything the desk shows."""
    case, actor = scoped.case, scoped.actor
    may = frozenset(action.value for action in Action if scoped.may(action))
    items = readiness.for_case(session, case) if Action.HISTORY_READ in may else []
    files = documents.documents_of(session, case) if Action.DOCUMENT_READ in may else []
    thread = messages.thread(session, case, actor, Audience.PATIENT) if Action.MESSAGE_READ in may else []
    offers, steps, reviewer = _people(session, case)
    facts, sections = _told(session, case) if Action.HISTORY_READ in may else (None, [])
    return Desk(
        reference=case.reference,
        status=case.status,
        words=presenters.status_words(case.state),
        days=presenters.days_since(case.status_changed_at),
        patient=accounts.get_user(session, case.patient_id).name or "",
        place=presenters.place_words(case.patient_state),
        institution=case.treating_institution or str(_("Not known")),
        facts=facts,
        missing=[item for item in items if item.state is ItemState.MISSING],
        present=[item for item in items if item.state is not ItemState.MISSING],
        documents=document_words.report_rows(files, actor, settings()),
        sections=sections,
        messages=message_words.rows(thread, actor)[-NEWEST_MESSAGES:],
        open_requests=len(messages.open_requests(session, case)),
        unread=messages.unread(session, case, actor),
        steps=steps,
        offers=offers,
        reviewer=reviewer,
        may=may,
    )


def _told(session: Session, case: Case) -> tuple[CaseFacts, list[SectionTold]]:
    pack = loader.pack(case.pack, case.pack_version)
    answers = history.load(session, case)
    return case_facts(pack, answers), sections_told(Told(pack.questionnaire, answers))


def _people(session: Session, case: Case) -> tuple[list[OfferLine], list[Step], str]:
    """Offers, steps and the reviewer at work, with the names of those who acted."""
    changes, offers = cases.steps(session, case), routing.offers_of(session, case)
    assignment = routing.assignment_of(session, case)
    involved = {change.actor_id for change in changes} | {offer.reviewer_id for offer in offers}
    names = services.names(session, {user_id for user_id in involved if user_id})
    lines = [
        OfferLine(
            names.get(offer.reviewer_id, ""),
            _offer_words(OfferState(offer.state)),
            offer.answered_at or offer.made_at,
            offer.decline_reason or "",
        )
        for offer in offers
    ]
    steps = [
        Step(
            presenters.status_words(CaseStatus(change.to_status)).name,
            change.at,
            names.get(change.actor_id or "", ""),
        )
        for change in changes
    ]
    return lines, steps, names.get(assignment.reviewer_id, "") if assignment else ""


def _offer_words(state: OfferState) -> str:
    words = {
        OfferState.OFFERED: _("waits for an answer"),
        OfferState.ACCEPTED: _("accepted"),
        OfferState.DECLINED: _("declined"),
        OfferState.EXPIRED: _("ran out"),
        OfferState.WITHDRAWN: _("withdrawn"),
    }
    return str(words[state])
