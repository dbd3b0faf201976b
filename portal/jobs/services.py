"""Put work into the queue, and look after what is in it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from portal.core.ids import new_id
from portal.jobs import repository
from portal.jobs.context import JobContext, LeaseLost
from portal.jobs.registry import handler

__all__ = ["JobContext", "LeaseLost", "enqueue", "handler"]

MAX_ATTEMPTS = 8


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
