"""What a reviewer may know of a case before accepting it: enough to decide, nothing that names anybody."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.documents.models import Document, DocumentKind
from portal.knowledge.facts import case_facts
from portal.knowledge.pack import Pack
from portal.knowledge.questions import numbered_questions
from portal.knowledge.told import Answers, Told
from portal.routing.states import states_in

BIRTH_DATE = "a.dob"
"""The question of the core sections, which every pack shares."""
OLDEST_BAND = 90
"""From this age on one band: an exact decade of the very old points to a person (45 CFR 164.514(b)(2))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``age_from`` starts a band of ten years, ``None`` when unknown; documents count files and pages."""

    age_from: int | None
    states: tuple[str, ...]
    decide_by: str
    questions: int
    documents: tuple[tuple[DocumentKind, int, int], ...]


def gather(pack: Pack, answers: Answers, documents: Sequence[Document], today: date) -> Facts:
    """The facts of a case from its answers and documents."""
    told = case_facts(pack, answers)
    return Facts(
        age_from=_age_band(_born(pack, answers), today),
        states=tuple(sorted(states_in(told.place))),
        decide_by=told.deadline,
        questions=len(numbered_questions(pack, answers)),
        documents=_by_kind(documents),
    )


def _born(pack: Pack, answers: Answers) -> date | None:
    for answer in Told(pack.questionnaire, answers).answers_to(BIRTH_DATE):
        if len(str(answer.get("valueDate", ""))) == len("2000-01-31"):
            return date.fromisoformat(str(answer["valueDate"]))
    return None


def _age_band(born: date | None, today: date) -> int | None:
    if born is None:
        return None
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return min(age // 10 * 10, OLDEST_BAND)


def _by_kind(documents: Sequence[Document]) -> tuple[tuple[DocumentKind, int, int], ...]:
    files: Counter[str] = Counter()
    pages: Counter[str] = Counter()
    for document in documents:
        files[document.kind] += 1
        pages[document.kind] += document.page_count
    return tuple((kind, files[kind], pages[kind]) for kind in DocumentKind if files[kind])
