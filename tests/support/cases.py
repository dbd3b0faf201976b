"""Cases for tests of any room."""

from sqlalchemy.orm import Session

from portal.cases import services
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.knowledge import loader
from tests.support.people import actor_of, make_user

PATH = {
    CaseStatus.DRAFT: (),
    CaseStatus.SUBMITTED: ("submitted",),
    CaseStatus.TRIAGE: ("submitted", "triage"),
    CaseStatus.WAITING_FOR_PATIENT: ("submitted", "triage", "waiting_for_patient"),
    CaseStatus.READY: ("submitted", "triage", "ready"),
    CaseStatus.OFFERED: ("submitted", "triage", "ready", "offered"),
    CaseStatus.IN_REVIEW: ("submitted", "triage", "ready", "offered", "in_review"),
    CaseStatus.WAITING_FOR_ANSWER: (
        "submitted",
        "triage",
        "ready",
        "offered",
        "in_review",
        "waiting_for_answer",
    ),
    CaseStatus.SIGNED: ("submitted", "triage", "ready", "offered", "in_review", "signed"),
    CaseStatus.RELEASED: ("submitted", "triage", "ready", "offered", "in_review", "signed", "released"),
    CaseStatus.CLOSED: (
        "submitted",
        "triage",
        "ready",
        "offered",
        "in_review",
        "signed",
        "released",
        "closed",
    ),
    CaseStatus.WITHDRAWN: ("withdrawn",),
}


def make_case(session: Session, status: CaseStatus = CaseStatus.DRAFT, *, owner: Actor | None = None) -> Case:
    """A case in this status, moved there step by step; with a new patient unless ``owner`` is given."""
    owner = owner or actor_of(make_user(session, Role.PATIENT))
    pack = loader.pack()
    case = services.create_draft(session, actor=owner, pack=pack.id, pack_version=pack.version)
    for step in PATH[status]:
        services.change_status(session, case, CaseStatus(step), actor=Actor.system())
    return case
