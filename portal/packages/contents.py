"""What a case consists of now: the input of a package, and the digest that tells whether it changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from portal.cases import history
from portal.cases.models import Case
from portal.core.clock import now
from portal.documents import services as documents
from portal.documents.models import Document, DocumentState
from portal.findings import readiness
from portal.knowledge import loader
from portal.knowledge.pack import Pack
from portal.knowledge.responses import to_response
from portal.knowledge.told import Told
from portal.packages import answers, synopsis
from portal.packages.layout import Layout, layout_of
from portal.packages.synopsis import Synopsis
from portal.packages.transcript import Chapter, transcript

_WAITING = frozenset({DocumentState.RECEIVED, DocumentState.CHECKING})


@dataclass(frozen=True, slots=True)
class Contents:
    """A case read once.

    ``response`` holds enabled answers only; ``documents`` those ready to be read; ``missing`` what is not
    there, a sentence each; ``unanswered`` the required questions without an answer.
    """

    pack: Pack
    layout: Layout
    response: dict[str, Any]
    synopsis: Synopsis
    chapters: list[Chapter]
    documents: Sequence[Document]
    missing: Sequence[str]
    unanswered: Sequence[str]

    @property
    def digest(self) -> str:
        """SHA-256 over everything the case tells; what is derived from it is left out."""
        told = {
            "questionnaire": self.response["questionnaire"],
            "answers": self.response.get("item", []),
            "documents": [
                [document.id, document.kind, document.file_name, document.sha256, document.page_count]
                for document in self.documents
            ],
        }
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def lacking(self) -> list[str]:
        """All that is missing, documents first, for they take longest to get."""
        return [*self.missing, *(f"Not answered: {question}" for question in self.unanswered)]

    def kind_of(self, document: Document) -> str:
        """The kind of a document in words, the same that name it when it is missing."""
        kind = self.pack.document_kind(document.kind)
        return kind.label if kind else document.kind

    def typed(self, link_ids: Sequence[str]) -> list[str]:
        """The answers to these questions in words."""
        items = self.response.get("item", [])
        return [value.text for link_id in link_ids for value in answers.values(items, link_id)]


def read(session: Session, case: Case, *, at: datetime | None = None) -> Contents:
    """Read a case: answers, documents, what is missing. ``at`` is when ages are worked out."""
    at = at or now()
    pack = loader.pack(case.pack, case.pack_version)
    told_answers = history.load(session, case)
    told = Told(pack.questionnaire, told_answers)
    entry_of = pack.questionnaire.entry_of
    layout = layout_of(pack.id)
    response = to_response(pack.questionnaire, told_answers, authored=at.replace(microsecond=0))
    listed = documents.documents_of(session, case)
    reports, questions = _absent(session, case)
    return Contents(
        pack=pack,
        layout=layout,
        response=_unicode(response),
        synopsis=synopsis.build(
            pack,
            layout,
            response.get("item", []),
            put=lambda link_id: told.enabled(entry_of.get(link_id, link_id)),
            today=at.date(),
        ),
        chapters=transcript(pack.questionnaire, told_answers),
        documents=[document for document in listed if document.state_of is DocumentState.READY],
        missing=[*(f"No document: {label}" for label in reports), *_unread(listed)],
        unanswered=questions,
    )


def _absent(session: Session, case: Case) -> tuple[list[str], list[str]]:
    """What readiness finds absent: kinds of documents, and required questions."""
    reports: list[str] = []
    questions: list[str] = []
    for item in readiness.for_case(session, case):
        if item.state is readiness.ItemState.MISSING:
            (reports if item.key.startswith("document.") else questions).append(item.label)
    return reports, questions


def _unread(listed: Sequence[Document]) -> list[str]:
    waiting = sum(document.state_of in _WAITING for document in listed)
    return [f"{waiting} uploaded file(s) still being checked, not in this edition"] if waiting else []


def _unicode(value: Any) -> Any:
    """The same data without lone surrogates, which no other program can read."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: _unicode(item) for key, item in value.items()}
    return [_unicode(item) for item in value] if isinstance(value, list) else value
