"""Queries of documents and pages. Other rooms come through ``services``."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.documents.models import Document, DocumentState, Page
from portal.documents.policies import KEPT

_KEPT = [state.value for state in KEPT]


def documents(session: Session, case_id: str) -> Sequence[Document]:
    """Files of a case that arrived whole, oldest first."""
    wanted = select(Document).where(Document.case_id == case_id, Document.state.in_(_KEPT))
    return session.scalars(wanted.order_by(Document.created_at, Document.id)).all()


def document(session: Session, case_id: str, document_id: str) -> Document | None:
    """One file of a case that arrived whole."""
    return session.scalar(
        select(Document).where(
            Document.id == document_id, Document.case_id == case_id, Document.state.in_(_KEPT)
        )
    )


def used(session: Session, case_id: str) -> tuple[int, int]:
    """How many files and bytes a case holds or is about to hold."""
    query = select(func.count(), func.sum(Document.size)).where(Document.case_id == case_id)
    files, size = session.execute(query).one()
    return files, int(size or 0)


def pages(session: Session, document_id: str) -> Sequence[Page]:
    """The pages of a document in order."""
    return session.scalars(select(Page).where(Page.document_id == document_id).order_by(Page.number)).all()


def page(session: Session, document_id: str, number: int) -> Page | None:
    """One page of a document."""
    return session.scalar(select(Page).where(Page.document_id == document_id, Page.number == number))


def last_page(session: Session, document_id: str) -> int:
    """The highest number of a page that was stored; 0 when there is none."""
    return session.scalar(select(func.max(Page.number)).where(Page.document_id == document_id)) or 0


def delete_rows(session: Session, document_id: str) -> None:
    """Remove a document and its pages."""
    session.execute(delete(Page).where(Page.document_id == document_id))
    session.execute(delete(Document).where(Document.id == document_id))


def abandoned(session: Session, before: datetime) -> Sequence[Document]:
    """Uploads that began before ``before`` and never arrived."""
    return session.scalars(
        select(Document).where(Document.state == DocumentState.UPLOADING.value, Document.started_at < before)
    ).all()
