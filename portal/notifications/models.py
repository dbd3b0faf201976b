"""Mail that waits to be sent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, HasId, IdColumn
from portal.core.sealed import SealedText


class MailState(StrEnum):
    """Whether a mail has left."""

    WAITING = "waiting"
    SENT = "sent"


class OutboxMail(HasId, Base):
    """One mail. Address, subject and body are sealed: bodies carry links with tokens.

    Its id makes the Message-ID, so a mail that is sent twice after a crash is one mail to its reader.
    """

    __tablename__ = "outbox"

    template: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8), default=MailState.WAITING.value)
    to_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    to = SealedText("to_sealed")
    subject_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    subject = SealedText("subject_sealed")
    body_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    body = SealedText("body_sealed")
    job_id: Mapped[str | None] = mapped_column(IdColumn)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
