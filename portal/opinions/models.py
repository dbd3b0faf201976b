"""Opinions: one for each assignment, from the first saved draft to release."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, HasId, IdColumn, StoredObject
from portal.core.sealed import SealedJson, SealedText


class OpinionStatus(StrEnum):
    """Where an opinion stands. A signed one never changes; what is added later is an addendum of its own."""

    DRAFT = "draft"
    SIGNED = "signed"
    RELEASED = "released"


class Opinion(HasId, StoredObject, Base):
    """What a reviewer writes on a case; the stored object is the PDF made at signing.

    ``answers`` is a list of ``{"key", "number", "question", "answer"}``; ``signature`` holds name,
    institution and subspecialty as they were at signing; ``package_id`` is the edition that was in
    front of the author when the text was last saved.
    """

    __tablename__ = "opinions"

    assignment_id: Mapped[str] = mapped_column(ForeignKey("assignments.id"), unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    author_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    status: Mapped[str] = mapped_column(String(16), default=OpinionStatus.DRAFT.value)
    package_id: Mapped[str | None] = mapped_column(ForeignKey("packages.id"))
    summary_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    summary = SealedText("summary_sealed")
    assessment_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    assessment = SealedText("assessment_sealed")
    limits_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    limits = SealedText("limits_sealed")
    answers_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answers = SealedJson("answers_sealed")
    signature_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    signature = SealedJson("signature_sealed")
    saved_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None] = mapped_column(IdColumn)
    version: Mapped[int] = mapped_column(Integer, default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def status_of(self) -> OpinionStatus:
        """The status as the policies know it."""
        return OpinionStatus(self.status)
