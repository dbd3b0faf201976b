"""Queries of messages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.messages.models import Audience, Message, ThreadRead


def thread(session: Session, case_id: str, audience: Audience) -> Sequence[Message]:
    """The conversation, oldest first."""
    query = select(Message).where(Message.case_id == case_id, Message.audience == audience.value)
    return session.scalars(query.order_by(Message.created_at, Message.id)).all()


def open_requests(session: Session, case_id: str, audience: Audience | None = None) -> Sequence[Message]:
    """Requests on the case that nobody has answered, oldest first."""
    query = select(Message).where(
        Message.case_id == case_id, Message.asks.is_(True), Message.answered_by_id.is_(None)
    )
    if audience is not None:
        query = query.where(Message.audience == audience.value)
    return session.scalars(query.order_by(Message.created_at, Message.id)).all()


def read_mark(session: Session, case_id: str, audience: Audience, user_id: str) -> ThreadRead | None:
    """How far this person has read the conversation."""
    return session.scalar(
        select(ThreadRead).where(
            ThreadRead.case_id == case_id,
            ThreadRead.audience == audience.value,
            ThreadRead.user_id == user_id,
        )
    )


def audiences_used(session: Session, case_id: str) -> frozenset[Audience]:
    """The conversations of the case that have any message."""
    rows = session.scalars(select(Message.audience).where(Message.case_id == case_id).distinct())
    return frozenset(map(Audience, rows))
