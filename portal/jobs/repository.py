"""Statements on the queue; every moment in it is told by the database's clock."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

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


def _due(moment: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Job.state == JobState.QUEUED.value, Job.run_at <= moment),
        and_(Job.state == JobState.RUNNING.value, Job.lease_until < moment),
    )


def anything_due(session: Session) -> bool:
    """Whether a claim would find a job; asked of a read session so that idle workers lock nothing."""
    return bool(session.scalar(select(exists().where(_due(database_now(session))))))


def next_due(session: Session) -> Job | None:
    """The job that has waited longest, locked; jobs that other workers are locking are passed over."""
    return session.scalar(
        select(Job)
        .where(_due(database_now(session)))
        .order_by(Job.run_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def renew(session: Session, job_id: str, fence: int, lease: timedelta) -> bool:
    """Prolong a lease; false when another worker has the job."""
    return _update_fenced(session, job_id, fence, lease_until=database_now(session) + lease)


def holds(session: Session, job_id: str, fence: int) -> bool:
    """Whether the claim with this fence is still the newest."""
    return bool(session.scalar(select(exists().where(_fenced(job_id, fence)))))


def finish(session: Session, job_id: str, fence: int) -> bool:
    """Mark a job done, or queue it again if that was asked for meanwhile; false when the fence is old."""
    moment = database_now(session)
    if _update_fenced(
        session, job_id, fence, Job.again.is_(False), state=JobState.DONE.value, finished_at=moment
    ):
        return True
    return _update_fenced(
        session, job_id, fence, state=JobState.QUEUED.value, run_at=moment, again=False, attempts=0
    )


def give_back(session: Session, job_id: str, fence: int, *, error: str, wait: timedelta | None) -> bool:
    """Queue a job again after ``wait``, or bury it when there is none; false when the fence is old."""
    moment = database_now(session)
    if wait is None:
        values: dict[str, Any] = {"state": JobState.DEAD.value, "finished_at": moment}
    else:
        values = {"state": JobState.QUEUED.value, "run_at": moment + wait}
    return _update_fenced(session, job_id, fence, last_error=error, **values)


def _fenced(job_id: str, fence: int) -> ColumnElement[bool]:
    return and_(Job.id == job_id, Job.fence == fence, Job.state == JobState.RUNNING.value)


def _update_fenced(
    session: Session, job_id: str, fence: int, *conditions: ColumnElement[bool], **values: Any
) -> bool:
    statement = update(Job).where(_fenced(job_id, fence), *conditions).values(values)
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)  # noqa: S101 - tells the type checker about rowcount
    return result.rowcount == 1


def unfinished_kinds(session: Session) -> set[str]:
    """Kinds with a job that is queued or running."""
    return set(session.scalars(select(Job.kind).where(UNFINISHED).distinct()))


def last_created(session: Session, kind: str) -> datetime | None:
    """When the newest job of a kind was written."""
    return session.scalar(select(func.max(Job.created_at)).where(Job.kind == kind))


def counts(session: Session) -> dict[str, int]:
    """How many jobs stand in each state."""
    rows = session.execute(select(Job.state, func.count()).group_by(Job.state)).all()
    return {row[0]: row[1] for row in rows}


def dead(session: Session, limit: int) -> Sequence[Job]:
    """Jobs that were given up, newest first."""
    wanted = select(Job).where(Job.state == JobState.DEAD.value)
    return session.scalars(wanted.order_by(Job.finished_at.desc()).limit(limit)).all()


def locked_dead(session: Session, job_id: str) -> Job | None:
    """A dead job, locked against a second person who revives it at the same time."""
    return session.scalar(
        select(Job).where(Job.id == job_id, Job.state == JobState.DEAD.value).with_for_update()
    )


def delete_done(session: Session, age: timedelta) -> None:
    """Forget jobs that were done longer than ``age`` ago; dead ones stay until a person looks."""
    before = database_now(session) - age
    session.execute(delete(Job).where(Job.state == JobState.DONE.value, Job.finished_at < before))
