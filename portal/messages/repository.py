"""Queries of messages."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.core.ids import new_id
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
        ),
        execution_options={"populate_existing": True},
    )


def mark_read(session: Session, case_id: str, audience: Audience, user_id: str, at: datetime) -> None:
    """Note how far this person has read; one statement, for the same page may be opened twice at once."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    mark = insert(ThreadRead).values(
        id=new_id(), case_id=case_id, audience=audience.value, user_id=user_id, read_at=at
    )
    session.execute(
        mark.on_conflict_do_update(
            index_elements=["case_id", "audience", "user_id"], set_={"read_at": mark.excluded.read_at}
        )
    )


def audiences_used(session: Session, case_id: str) -> frozenset[Audience]:
    """The conversations of the case that have any message."""
    rows = session.scalars(select(Message.audience).where(Message.case_id == case_id).distinct())
    return frozenset(map(Audience, rows))
