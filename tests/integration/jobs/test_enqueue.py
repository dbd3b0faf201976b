"""A job is part of the transaction that causes it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.db import Database
from portal.jobs import repository
from portal.jobs import services as jobs
from portal.jobs.models import Job, JobState


def test_a_job_is_written_with_its_cause_or_not_at_all(database: Database) -> None:
    with database.session(write=True) as session:
        jobs.enqueue(session, "test.lost", {})
        session.rollback()
        kept = jobs.enqueue(session, "test.kept", {"document": "d1"})
        session.commit()

    with database.session() as session:
        job = session.scalars(select(Job)).one()
        assert (job.id, job.kind, job.payload, job.state) == (kept, "test.kept", {"document": "d1"}, "queued")


def test_one_unfinished_job_a_key(session: Session) -> None:
    first = jobs.enqueue(session, "test.a", {}, key="same")
    assert jobs.enqueue(session, "test.a", {}, key="same") == first
    assert jobs.enqueue(session, "test.b", {}, key="same") != first
    assert jobs.enqueue(session, "test.a", {}) != jobs.enqueue(session, "test.a", {})
    job = session.get_one(Job, first)
    assert not job.again

    job.state = JobState.RUNNING.value
    session.flush()
    assert jobs.enqueue(session, "test.a", {}, key="same") == first
    session.refresh(job)
    assert job.again, "what changed while it ran needs another run"

    job.state = JobState.DONE.value
    session.flush()
    assert jobs.enqueue(session, "test.a", {}, key="same") != first


def test_moments_are_told_by_the_database(session: Session) -> None:
    assert abs(repository.database_now(session) - now()) < timedelta(seconds=5)
