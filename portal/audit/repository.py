"""Queries on the trail."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.audit.models import AuditRow

LARGEST = 2**63 - 1
APPEND_LOCK = 0x6175646974
"""Key of the PostgreSQL advisory lock that lets one transaction at a time append ("audit")."""


def lock_end(session: Session) -> None:
    """Let nobody else append until this transaction ends; SQLite's writers are alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK})


def last(session: Session) -> AuditRow | None:
    """The newest row."""
    return session.scalar(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1))


def walk(session: Session) -> Iterator[AuditRow]:
    """Every row, oldest first, in constant memory."""
    rows = select(AuditRow).order_by(AuditRow.seq).execution_options(yield_per=500)
    yield from session.scalars(rows)


def newest(
    session: Session,
    *,
    before: int | None = None,
    case_id: str | None = None,
    actor_id: str | None = None,
    action: str | None = None,
    limit: int,
) -> Sequence[AuditRow]:
    """Rows below ``before``, newest first, that match every filter given."""
    wanted = select(AuditRow).order_by(AuditRow.seq.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(AuditRow.seq < min(max(before, 0), LARGEST))
    for column, value in (
        (AuditRow.case_id, case_id),
        (AuditRow.actor_id, actor_id),
        (AuditRow.action, action),
    ):
        if value:
            wanted = wanted.where(column == value)
    return session.scalars(wanted).all()
