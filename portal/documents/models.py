"""Uploaded files and their rendered pages; every byte of both lies in the vault."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, HasId, IdColumn, StoredObject
from portal.core.sealed import SealedText


class DocumentKind(StrEnum):
    """What a document is about."""

    PATHOLOGY = "pathology"
    BIOMARKER = "biomarker"
    GERMLINE = "germline"
    IMAGING = "imaging"
    TREATMENT = "treatment"
    OTHER = "other"


class DocumentState(StrEnum):
    """How far a file has come. ``uploading`` rows are not shown to anybody."""

    UPLOADING = "uploading"
    RECEIVED = "received"
    CHECKING = "checking"
    READY = "ready"
    REFUSED = "refused"


class Document(HasId, StoredObject, Base):
    """One uploaded file.

    ``refusal`` is a key of :mod:`portal.documents.verdicts`; ``started_at`` is when the upload began,
    ``created_at`` when the file was safe.
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index("ix_documents_case", "case_id", "created_at"),
        Index("ix_documents_started", "state", "started_at"),
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(String(16))
    file_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    file_name = SealedText("file_name_sealed")
    media_type: Mapped[str] = mapped_column(String(64), default="application/octet-stream")
    state: Mapped[str] = mapped_column(String(16), default=DocumentState.UPLOADING.value)
    refusal: Mapped[str | None] = mapped_column(String(32))
    page_count: Mapped[int] = mapped_column(Integer, default=0)
    uploaded_by: Mapped[str | None] = mapped_column(IdColumn)
    started_at: Mapped[datetime]
    created_at: Mapped[datetime]

    @property
    def state_of(self) -> DocumentState:
        """The state as the policies know it."""
        return DocumentState(self.state)


class Page(HasId, StoredObject, Base):
    """One rendered page: its image in the columns of the mixin, its text beside it.

    ``width`` and ``height`` are pixels of the image. The text object is absent when the page has no
    text layer; see :mod:`portal.documents.text` for what is in it.
    """

    __tablename__ = "document_pages"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id"))
    number: Mapped[int] = mapped_column(Integer)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    text_object_id: Mapped[str | None] = mapped_column(IdColumn)
    text_manifest: Mapped[bytes | None] = mapped_column(LargeBinary)
    text_size: Mapped[int | None] = mapped_column(BigInteger)
