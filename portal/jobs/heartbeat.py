"""Keeps the lease of a running job alive from a thread beside it."""

import threading
from datetime import timedelta
from typing import Self

import structlog
from sqlalchemy.exc import DBAPIError

from portal.core.db import Database
from portal.jobs import repository
from portal.jobs.context import LeaseLost

log = structlog.get_logger()
BEATS_PER_LEASE = 3


class Heartbeat:
    """Renews a lease while the ``with`` block runs.

    While a handler on SQLite holds the write lock the renewal waits; nobody can take the job over then
    either, because claiming needs the same lock.
    """

    def __init__(self, database: Database, job_id: str, fence: int, lease: timedelta) -> None:
        self._database = database
        self._job_id = job_id
        self._fence = fence
        self._lease = lease
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"lease-{job_id[:8]}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def check(self) -> None:
        """Raise :class:`LeaseLost` if another worker has the job."""
        with self._database.session() as session:
            if not repository.holds(session, self._job_id, self._fence):
                raise LeaseLost

    def _beat(self) -> None:
        while not self._over.wait(self._lease.total_seconds() / BEATS_PER_LEASE):
            try:
                if not self._renew():
                    log.warning("job.lease_lost", job=self._job_id)
                    return
            except DBAPIError as error:
                log.warning("job.lease_not_renewed", job=self._job_id, error=type(error).__name__)

    def _renew(self) -> bool:
        with self._database.session(write=True) as session:
            renewed = repository.renew(session, self._job_id, self._fence, self._lease)
            session.commit()
            return renewed
