"""Statements on the queue; every moment in it is told by the database's clock."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.jobs.models import UNFINISHED, Job, JobState


def database_now(session: Session) -> datetime:
    """The moment by the clock that all workers share."""
    if session.get_bind().dialect.name == "postgresql":
        moment: datetime = session.execute(text("select clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)
    told: str = session.execute(text("select strftime('%Y-%m-%d %H:%M:%f', 'now')")).scalar_one()
    return datetime.fromisoformat(told).replace(tzinfo=UTC)


def insert(session: Session, *, job_id: str, run_at: datetime | None, **values: Any) -> str:
    """Insert a job, or find the unfinished one with its key; returns the id."""
    moment = database_now(session)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Job).values(
        id=job_id, run_at=run_at or moment, created_at=moment, state=JobState.QUEUED.value, **values
    )
    statement = statement.on_conflict_do_update(
        index_elements=[Job.kind, Job.key],
        index_where=UNFINISHED,
        set_={"again": Job.state == JobState.RUNNING.value},
    )
    written: str = session.execute(statement.returning(Job.id)).scalar_one()
    return written
