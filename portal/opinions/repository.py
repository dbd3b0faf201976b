"""Queries of opinions. Other rooms come through ``services``."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.opinions.models import Opinion, OpinionStatus


def of_assignment(session: Session, assignment_id: str) -> Opinion | None:
    """The opinion of an assignment."""
    return session.scalar(select(Opinion).where(Opinion.assignment_id == assignment_id))


def newest(session: Session, case_id: str, status: OpinionStatus) -> Opinion | None:
    """The opinion of a case in this status, the latest signed first."""
    query = select(Opinion).where(Opinion.case_id == case_id, Opinion.status == status.value)
    return session.scalar(query.order_by(Opinion.signed_at.desc()).limit(1))


def by_author(session: Session, author_id: str) -> Sequence[Opinion]:
    """Everything a reviewer has written, the latest saved last."""
    query = select(Opinion).where(Opinion.author_id == author_id).order_by(Opinion.saved_at)
    return session.scalars(query).all()
