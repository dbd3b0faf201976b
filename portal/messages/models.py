"""Messages on a case, and how far each person has read them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, HasId, IdColumn
from portal.core.sealed import SealedText


class Audience(StrEnum):
    """Which of a case's two conversations a message belongs to."""

    PATIENT = "patient"
    """Between the patient's side and the coordinators; reviewers never see it."""
    REVIEWER = "reviewer"
    """The reviewer's questions and the answers of patient or coordinator."""


class Message(HasId, Base):
    """Something written on a case; never changed afterwards.

    ``asks`` marks a request that the case waits for; ``answered_by_id`` is the message that met it.
    """

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_thread", "case_id", "audience", "created_at"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    audience: Mapped[str] = mapped_column(String(16))
    author_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    author_role: Mapped[str] = mapped_column(String(16))
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    body = SealedText("body_sealed")
    asks: Mapped[bool] = mapped_column(Boolean, default=False)
    answered_by_id: Mapped[str | None] = mapped_column(ForeignKey("messages.id"))
    created_at: Mapped[datetime]

    @property
    def open(self) -> bool:
        """Whether this is a request that nobody has answered yet."""
        return self.asks and self.answered_by_id is None


class ThreadRead(HasId, Base):
    """Up to which moment one person has read one conversation of a case."""

    __tablename__ = "message_reads"
    __table_args__ = (UniqueConstraint("case_id", "audience", "user_id"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    audience: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[str] = mapped_column(IdColumn)
    read_at: Mapped[datetime]
