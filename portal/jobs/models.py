"""One row a job: what to do, when, and who is at it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Boolean, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, HasId


class JobState(StrEnum):
    """Where a job stands; ``dead`` waits for a person."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


UNFINISHED = text("state in ('queued', 'running')")


class Job(HasId, Base):
    """A piece of work written in the transaction of what caused it.

    ``fence`` rises with every claim: a worker that was presumed dead cannot finish what another took
    over. ``again`` asks for one more run because the same key was enqueued while it ran.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "ix_jobs_key",
            "kind",
            "key",
            unique=True,
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        Index("ix_jobs_due", "state", "run_at"),
    )

    kind: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, str]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(8), default=JobState.QUEUED.value)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    max_attempts: Mapped[int] = mapped_column(Integer, default=8)
    fence: Mapped[int] = mapped_column(Integer, default=0)
    again: Mapped[bool] = mapped_column(Boolean, default=False)
    worker: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(128))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
