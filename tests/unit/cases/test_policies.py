"""The status tables are complete, and the drawn one is the real one."""

from pathlib import Path

from portal.cases import policies
from portal.cases.models import CaseStatus

DIAGRAM = Path(__file__).resolve().parents[3] / "docs" / "case-statuses.md"


def test_every_status_has_its_row_in_every_table() -> None:
    assert set(policies.TRANSITIONS) == set(CaseStatus)
    assert set(policies.WAITS_FOR) == set(CaseStatus)


def test_every_status_can_be_reached_from_a_draft_and_leads_to_erasure() -> None:
    assert _reachable(CaseStatus.DRAFT) == set(CaseStatus)
    assert all(CaseStatus.ERASED in _reachable(status) for status in CaseStatus)


def test_a_patient_can_withdraw_until_the_opinion_is_signed() -> None:
    allowed = {status for status in CaseStatus if policies.can_change(status, CaseStatus.WITHDRAWN)}
    assert allowed == {
        CaseStatus.DRAFT,
        CaseStatus.SUBMITTED,
        CaseStatus.TRIAGE,
        CaseStatus.WAITING_FOR_PATIENT,
        CaseStatus.READY,
        CaseStatus.OFFERED,
        CaseStatus.IN_REVIEW,
        CaseStatus.WAITING_FOR_ANSWER,
    }


def test_the_diagram_in_the_docs_is_the_table() -> None:
    assert policies.diagram() in DIAGRAM.read_text(encoding="utf-8")


def _reachable(start: CaseStatus) -> set[CaseStatus]:
    seen: set[CaseStatus] = set()
    waiting = [start]
    while waiting:
        status = waiting.pop()
        if status not in seen:
            seen.add(status)
            waiting.extend(policies.TRANSITIONS[status])
    return seen
