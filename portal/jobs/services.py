"""Put work into the queue, and look after what is in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.core.ids import new_id
from portal.jobs import repository
from portal.jobs.context import GiveUp, JobContext, LeaseLost
from portal.jobs.models import Job, JobState
from portal.jobs.registry import handler

__all__ = ["GiveUp", "JobContext", "LeaseLost", "counts", "dead", "enqueue", "handler", "run_again"]

MAX_ATTEMPTS = 8
SHOWN_DEAD = 100


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, str],
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    max_attempts: int = MAX_ATTEMPTS,
) -> str:
    """Write a job in the caller's transaction and return its id.

    :param payload: ids and codes only; it lies in the database in the clear.
    :param key: at most one unfinished job of a kind has this key. If there is one, its id is returned;
        if that one is already running it runs once more afterwards, so that no change is missed.
    :param run_at: the earliest moment; now, by the clock of the database, when left out.
    """
    return repository.insert(
        session,
        job_id=new_id(),
        kind=kind,
        payload=dict(payload),
        key=key,
        run_at=run_at,
        max_attempts=max_attempts,
    )


def counts(session: Session) -> dict[JobState, int]:
    """How many jobs stand in each state."""
    found = repository.counts(session)
    return {state: found.get(state.value, 0) for state in JobState}


def dead(session: Session) -> Sequence[Job]:
    """The newest jobs that were given up."""
    return repository.dead(session, SHOWN_DEAD)


def run_again(session: Session, job_id: str) -> None:
    """Queue a dead job anew with all its attempts.

    If a job with the same key has been enqueued since, that one does the work and this one is done.
    """
    job = repository.locked_dead(session, job_id)
    if job is None:
        raise NotFound
    job.state = JobState.DONE.value
    job.finished_at = repository.database_now(session)
    session.flush()
    enqueue(session, job.kind, job.payload, key=job.key, max_attempts=job.max_attempts)
