"""Queries on the outbox."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.notifications.models import OutboxMail


def newest(session: Session, limit: int) -> Sequence[OutboxMail]:
    """The newest mails that still have their text."""
    wanted = select(OutboxMail).where(OutboxMail.body_sealed.is_not(None))
    return session.scalars(wanted.order_by(OutboxMail.created_at.desc(), OutboxMail.id).limit(limit)).all()
