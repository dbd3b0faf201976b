"""The access table says what SECURITY.md's table says, cell by cell."""

from itertools import product

import pytest

from portal.cases import permissions
from portal.cases.models import Case, CaseStatus, Relation
from portal.cases.permissions import Action
from portal.core.actor import Actor, Role
from portal.core.errors import NotAllowed, NotFound

DRAFT = {"draft"}
TRIAGE = {"triage", "waiting_for_patient"}
REVIEW = {"in_review", "waiting_for_answer"}
SENT_TO_REVIEW = {"submitted", *TRIAGE, "ready", "offered", *REVIEW}
RELEASED = {"released", "closed"}

MAY = {
    (Action.HISTORY_EDIT, "owner"): DRAFT | {"waiting_for_patient"},
    (Action.CASE_SEND, "owner"): DRAFT,
    (Action.DOCUMENT_UPLOAD, "owner"): DRAFT | {"submitted"} | TRIAGE,
    (Action.DOCUMENT_UPLOAD, "coordinator"): {"submitted"} | TRIAGE,
    (Action.DOCUMENT_READ, "coordinator"): SENT_TO_REVIEW,
    (Action.DOCUMENT_READ, "assigned"): REVIEW | {"signed"},
    (Action.DOCUMENT_READ, "offered"): set(),
    (Action.DOCUMENT_DELETE, "owner"): DRAFT,
    (Action.DOCUMENT_DELETE, "coordinator"): set(),
    (Action.INFORMATION_ASK, "coordinator"): TRIAGE,
    (Action.INFORMATION_ASK, "assigned"): REVIEW,
    (Action.OFFER_MAKE, "coordinator"): {"ready"},
    (Action.OFFER_WITHDRAW, "coordinator"): {"offered"},
    (Action.OFFER_ANSWER, "offered"): {"offered"},
    (Action.OFFER_ANSWER, "coordinator"): set(),
    (Action.PACKAGE_PREVIEW, "offered"): {"offered"},
    (Action.OPINION_WRITE, "assigned"): REVIEW,
    (Action.OPINION_WRITE, "coordinator"): set(),
    (Action.OPINION_WRITE, "owner"): set(),
    (Action.OPINION_RELEASE, "coordinator"): {"signed"},
    (Action.OPINION_RELEASE, "assigned"): set(),
    (Action.OPINION_READ, "owner"): RELEASED,
    (Action.OPINION_READ, "coordinator"): {"signed"} | RELEASED,
    (Action.OPINION_READ, "assigned"): REVIEW | {"signed"} | RELEASED,
    (Action.CASE_WITHDRAW, "owner"): DRAFT | SENT_TO_REVIEW,
    (Action.CASE_WITHDRAW, "coordinator"): set(),
}


@pytest.mark.parametrize(("action", "relation"), MAY, ids=str)
def test_statuses_in_which_a_relation_may_act(action: Action, relation: str) -> None:
    granted = frozenset() if relation == "coordinator" else frozenset({Relation(relation)})
    role = {"coordinator": Role.COORDINATOR, "owner": Role.PATIENT}.get(relation, Role.REVIEWER)
    actor = Actor(user_id="u", role=role)
    allowed = {
        status.value
        for status in CaseStatus
        if permissions.may(actor, Case(status=status.value), action, granted)
    }
    assert allowed == MAY[(action, relation)]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.REVIEWER, Role.PATIENT, Role.SYSTEM])
def test_without_a_grant_nobody_but_a_coordinator_may_do_anything(role: Role) -> None:
    actor = Actor(user_id="u", role=role)
    for action, status in product(Action, CaseStatus):
        assert not permissions.may(actor, Case(status=status.value), action, frozenset())


def test_every_action_has_a_row() -> None:
    assert set(permissions.table()) == set(Action)


def test_refusal_is_the_answer_of_an_unknown_record() -> None:
    assert issubclass(NotAllowed, NotFound)
    with pytest.raises(NotFound):
        permissions.check(
            Actor(user_id="u", role=Role.PATIENT), Case(status="draft"), Action.CASE_READ, frozenset()
        )
