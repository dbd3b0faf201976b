"""The query of the queue: plain columns, so that fifty rows cost hardly more than one."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from portal.cases.models import Case, CaseStatus
from portal.core.db import IdColumn, UtcDateTime


class Line(NamedTuple):
    """A case as the queue knows it: no name, nothing sealed."""

    id: str
    reference: str
    status: str
    status_changed_at: datetime
    submitted_at: datetime | None


class Place(NamedTuple):
    """Where a page of the queue begins: after this case."""

    status_changed_at: datetime
    id: str


def lines(
    session: Session, statuses: Sequence[CaseStatus], limit: int, after: Place | None = None
) -> list[Line]:
    """Cases in these statuses, the longest unmoved first, beginning after ``after``."""
    query = (
        select(Case.id, Case.reference, Case.status, Case.status_changed_at, Case.submitted_at)
        .where(Case.status.in_([status.value for status in statuses]))
        .order_by(Case.status_changed_at, Case.id)
        .limit(limit)
    )
    if after is not None:
        key = tuple_(Case.status_changed_at, Case.id)
        query = query.where(key > tuple_(literal(after[0], UtcDateTime), literal(after[1], IdColumn)))
    return [Line(*row) for row in session.execute(query)]
