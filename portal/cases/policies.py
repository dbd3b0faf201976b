"""In which status a case may do what: tables, not scattered ifs."""

from types import MappingProxyType

from portal.cases.models import CaseStatus as S

TRANSITIONS = MappingProxyType(
    {
        S.DRAFT: frozenset({S.SUBMITTED, S.WITHDRAWN}),
        S.SUBMITTED: frozenset({S.TRIAGE, S.WITHDRAWN}),
        S.TRIAGE: frozenset({S.WAITING_FOR_PATIENT, S.READY, S.WITHDRAWN}),
        S.WAITING_FOR_PATIENT: frozenset({S.TRIAGE, S.WITHDRAWN}),
        S.READY: frozenset({S.OFFERED, S.TRIAGE, S.WITHDRAWN}),
        S.OFFERED: frozenset({S.IN_REVIEW, S.READY, S.WITHDRAWN}),
        S.IN_REVIEW: frozenset({S.WAITING_FOR_ANSWER, S.SIGNED, S.READY, S.WITHDRAWN}),
        S.WAITING_FOR_ANSWER: frozenset({S.IN_REVIEW, S.WITHDRAWN}),
        S.SIGNED: frozenset({S.RELEASED}),
        S.RELEASED: frozenset({S.CLOSED, S.TRIAGE}),
        S.CLOSED: frozenset({S.ERASED}),
        S.WITHDRAWN: frozenset({S.ERASED}),
        S.ERASED: frozenset(),
    }
)

WAITS_FOR = MappingProxyType(
    {
        S.DRAFT: "patient",
        S.SUBMITTED: "coordinator",
        S.TRIAGE: "coordinator",
        S.WAITING_FOR_PATIENT: "patient",
        S.READY: "coordinator",
        S.OFFERED: "reviewer",
        S.IN_REVIEW: "reviewer",
        S.WAITING_FOR_ANSWER: "patient",
        S.SIGNED: "coordinator",
        S.RELEASED: "nobody",
        S.CLOSED: "nobody",
        S.WITHDRAWN: "nobody",
        S.ERASED: "nobody",
    }
)

SEALED = frozenset({S.READY, S.OFFERED, S.IN_REVIEW, S.WAITING_FOR_ANSWER, S.SIGNED, S.RELEASED, S.CLOSED})
UNDER_REVIEW = frozenset({S.IN_REVIEW, S.WAITING_FOR_ANSWER})


def can_change(status: S, to: S) -> bool:
    """Whether a case in ``status`` may go to ``to``."""
    return to in TRANSITIONS[status]


def diagram() -> str:
    """The table of transitions as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {S.DRAFT.value}"]
    for status, targets in TRANSITIONS.items():
        lines += [f"    {status.value} --> {target.value}" for target in sorted(targets)]
    return "\n".join([*lines, f"    {S.ERASED.value} --> [*]", ""])
