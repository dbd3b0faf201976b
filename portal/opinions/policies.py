"""What an opinion must hold before it can be signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.cases.models import CaseStatus
from portal.opinions.models import OpinionStatus
from portal.packages.synopsis import Question

LONGEST = 20_000
SECTIONS = ("summary", "assessment", "limits")


@dataclass(frozen=True, slots=True)
class OpinionText:
    """The text of an opinion; ``answers`` by the key of the question."""

    summary: str = ""
    assessment: str = ""
    limits: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """Why an opinion cannot be signed yet: ``field`` names the box, ``number`` the question it is of."""

    field: str
    number: int | None = None


def gaps(text: OpinionText, questions: Sequence[Question]) -> list[Gap]:
    """What is still empty, in the order of the page."""
    open_questions = [
        Gap(field_of(question), question.number)
        for question in questions
        if not text.answers.get(question.key, "").strip()
    ]
    return [*open_questions, *([] if text.summary.strip() else [Gap("summary")])]


def field_of(question: Question) -> str:
    """The name of the box that answers a question."""
    return f"answer_{question.key}"


def too_long(text: OpinionText, questions: Sequence[Question]) -> list[str]:
    """The boxes with more than ``LONGEST`` characters."""
    boxes = {name: getattr(text, name) for name in SECTIONS}
    boxes |= {field_of(question): text.answers.get(question.key, "") for question in questions}
    return [name for name, value in boxes.items() if len(value) > LONGEST]


def can_write(status: OpinionStatus) -> bool:
    """Whether the text may still change."""
    return status is OpinionStatus.DRAFT


def can_sign(case: CaseStatus) -> bool:
    """Whether a signature is due: the case is under review and no question to the patient is open."""
    return case is CaseStatus.IN_REVIEW
