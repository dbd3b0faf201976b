"""What a case still lacks: required answers and expected kinds of documents.

It says what is known and what is missing, never what to do about the illness, and it blocks nothing.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.cases import history
from portal.cases.models import Case
from portal.documents import services as documents
from portal.documents.models import DocumentState
from portal.knowledge import loader
from portal.knowledge.pack import DocumentKind
from portal.knowledge.told import Told

PATIENT = "patient"


class ItemState(StrEnum):
    """Whether an item is there."""

    CURRENT = "current"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ReadinessItem:
    """One thing the case needs; ``why`` in plain words, ``owner`` is who can bring it."""

    key: str
    label: str
    state: ItemState
    why: str
    owner: str = PATIENT


def for_case(session: Session, case: Case) -> list[ReadinessItem]:
    """Missing required answers, then each expected kind of document, there or not."""
    pack = loader.pack(case.pack, case.pack_version)
    told = Told(pack.questionnaire, history.load(session, case))
    answers = []
    for each in told.missing():
        page = pack.page_of(each.item.link_id)
        why = page.why if page else ""
        answers.append(ReadinessItem(each.item.link_id, each.item.text, ItemState.MISSING, why))
    there = {
        document.kind
        for document in documents.documents_of(session, case)
        if document.state != DocumentState.REFUSED
    }
    expected = [kind for kind in pack.document_kinds if _is_expected(kind, told)]
    reports = [
        ReadinessItem(
            f"document.{kind.key}",
            kind.label,
            ItemState.CURRENT if kind.key in there else ItemState.MISSING,
            kind.why,
        )
        for kind in expected
    ]
    return [*answers, *reports]


def _is_expected(kind: DocumentKind, told: Told) -> bool:
    return kind.expected or (bool(kind.expected_when) and told.meets(kind.expected_when))
