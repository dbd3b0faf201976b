"""The short transactions between which a worker works: claim, give back, bury, schedule."""

import random
from dataclasses import dataclass
from datetime import timedelta

from portal.core.db import Database
from portal.jobs import repository, services
from portal.jobs.models import JobState
from portal.jobs.registry import HANDLERS

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
WORKER_DIED = "WorkerDied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A job that is ours as long as ``fence`` is the newest."""

    job_id: str
    kind: str
    payload: dict[str, str]
    fence: int
    attempt: int
    max_attempts: int


def claim(database: Database, worker: str, lease: timedelta) -> Claim | None:
    """Take the job that has waited longest, or nothing.

    A job whose worker vanished on its last attempt is buried here: it may be what kills workers.
    """
    with database.session() as session:
        if not repository.anything_due(session):
            return None
    with database.session(write=True) as session:
        job = repository.next_due(session)
        if job is None:
            return None
        job.fence += 1
        job.attempts += 1
        job.worker = worker
        job.state = JobState.RUNNING.value
        job.lease_until = repository.database_now(session) + lease
        claimed = Claim(
            job_id=job.id,
            kind=job.kind,
            payload=dict(job.payload),
            fence=job.fence,
            attempt=job.attempts,
            max_attempts=job.max_attempts,
        )
        session.commit()
    if claimed.attempt > claimed.max_attempts:
        bury(database, claimed, WORKER_DIED)
        return claim(database, worker, lease)
    return claimed


def bury(database: Database, claimed: Claim, code: str) -> None:
    """Put a job aside for a person to look at."""
    _give_back(database, claimed, code, None)


def fail(database: Database, claimed: Claim, code: str) -> None:
    """Try again later, or put the job aside after its last attempt."""
    spent = claimed.attempt >= claimed.max_attempts
    _give_back(database, claimed, code, None if spent else wait_after(claimed.attempt))


def release(database: Database, claimed: Claim) -> None:
    """Hand an interrupted job to whoever comes next."""
    _give_back(database, claimed, "Interrupted", timedelta())


def _give_back(database: Database, claimed: Claim, code: str, wait: timedelta | None) -> None:
    with database.session(write=True) as session:
        repository.give_back(session, claimed.job_id, claimed.fence, error=code[:128], wait=wait)
        session.commit()


def wait_after(attempt: int) -> timedelta:
    """Twice as long after each attempt, up to a quarter of an hour, and half of it by chance.

    Chance keeps jobs that failed together from coming back together.
    """
    doubled: timedelta = FIRST_WAIT * 2 ** min(attempt - 1, 20)
    return min(doubled, LONGEST_WAIT) * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, protects nothing


def schedule_recurring(database: Database) -> None:
    """Make sure that every recurring kind has its next job in the queue."""
    with database.session() as session:
        present = repository.unfinished_kinds(session)
    missing = {kind: done.every for kind, done in HANDLERS.items() if done.every and kind not in present}
    if not missing:
        return
    with database.session(write=True) as session:
        for kind, seconds in missing.items():
            last = repository.last_created(session, kind)
            moment = repository.database_now(session)
            run_at = max(moment, last + timedelta(seconds=seconds)) if last else moment
            services.enqueue(session, kind, {}, key="recurring", run_at=run_at)
        session.commit()
