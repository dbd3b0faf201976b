"""What a reviewer may know of a case before accepting it: enough to decide, nothing that names anybody."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.documents.models import Document, DocumentKind
from portal.routing.states import states_in

BIRTH_DATE = "a.dob"
DECISION_DATE = "a.deadline"
QUESTIONS = ("l.q", "l.starters")
OLDEST_BAND = 90
"""From this age on one band: an exact decade of the very old points to a person (45 CFR 164.514(b)(2))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``age_from`` starts a band of ten years, ``None`` when unknown; documents count files and pages."""

    age_from: int | None
    states: tuple[str, ...]
    decide_by: date | None
    questions: int
    documents: tuple[tuple[DocumentKind, int, int], ...]


def gather(
    history: Mapping[str, Sequence[Mapping[str, Any]]],
    documents: Sequence[Document],
    patient_state: str | None,
    today: date,
) -> Facts:
    """The facts of a case from its answers and documents."""
    answers = [pair for items in history.values() for pair in _walk(items)]
    return Facts(
        age_from=_age_band(_date(answers, BIRTH_DATE), today),
        states=tuple(sorted(states_in(patient_state))),
        decide_by=_date(answers, DECISION_DATE),
        questions=sum(link in QUESTIONS for link, _answer in answers),
        documents=_by_kind(documents),
    )


def _walk(items: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every answer with the link id of its item, nested ones included."""
    for item in items:
        for answer in item.get("answer", ()):
            yield item["linkId"], answer
            yield from _walk(answer.get("item", ()))
        yield from _walk(item.get("item", ()))


def _date(answers: Sequence[tuple[str, Mapping[str, Any]]], link: str) -> date | None:
    for found, answer in answers:
        if found == link and len(str(answer.get("valueDate", ""))) == len("2000-01-31"):
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
