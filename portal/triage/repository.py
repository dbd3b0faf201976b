"""The queries of the queue: plain columns, written once, so that fifty rows cost hardly more than one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from portal.cases.models import Case, CaseStatus
from portal.core.db import IdColumn, UtcDateTime

_CASES = Case.__table__.c
_LINES = (
    select(_CASES.id, _CASES.reference, _CASES.status, _CASES.status_changed_at, _CASES.submitted_at)
    .where(_CASES.status.in_(bindparam("statuses", expanding=True)))
    .order_by(_CASES.status_changed_at, _CASES.id)
    .limit(bindparam("most"))
)
_LINES_AFTER = _LINES.where(
    tuple_(_CASES.status_changed_at, _CASES.id)
    > tuple_(bindparam("moment", type_=UtcDateTime), bindparam("id", type_=IdColumn))
)
_COUNTS = select(_CASES.status, func.count()).group_by(_CASES.status)


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
    values: dict[str, object] = {"statuses": [status.value for status in statuses], "most": limit}
    if after is None:
        rows = session.connection().execute(_LINES, values)
    else:
        values |= {"moment": after.status_changed_at, "id": after.id}
        rows = session.connection().execute(_LINES_AFTER, values)
    return [Line._make(row) for row in rows]


def counts(session: Session) -> Mapping[CaseStatus, int]:
    """How many cases stand in each status."""
    return {CaseStatus(status): count for status, count in session.connection().execute(_COUNTS)}
