"""The loop that does the work, one job after the other. More workers are more processes."""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import structlog
from sqlalchemy.exc import DBAPIError

from portal.core.db import Database
from portal.jobs import queue, repository
from portal.jobs.context import GiveUp, JobContext, LeaseLost
from portal.jobs.heartbeat import Heartbeat
from portal.jobs.queue import Claim
from portal.jobs.registry import HANDLERS, Handler

log = structlog.get_logger()
LEASE = timedelta(seconds=30)
IDLE_SECONDS = 0.5
SCHEDULE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 30.0
UNKNOWN_KIND = "UnknownKind"


class Stopped(BaseException):
    """Asked to stop at once, in the middle of a job."""


class Worker:
    """Claims jobs and does them until ``stop`` is set.

    ``around`` makes the surroundings of one job, such as the application's context.
    """

    def __init__(
        self,
        database: Database,
        around: Callable[[], AbstractContextManager[object]],
        *,
        lease: timedelta = LEASE,
    ) -> None:
        self.name = f"{socket.gethostname()[:40]}-{os.getpid()}"
        self.stop = threading.Event()
        self._database = database
        self._around = around
        self._lease = lease
        self._scheduled_at: float | None = None
        self._pause = 0.0

    def run(self) -> None:
        """Work until asked to stop; an unreachable database is waited for."""
        log.info("worker.started", worker=self.name)
        while not self.stop.is_set():
            self.stop.wait(self._turn())
        log.info("worker.stopped", worker=self.name)

    def drain(self) -> int:
        """Do everything that is due and return how many jobs that was."""
        self._schedule()
        done = 0
        while not self.stop.is_set() and self.step():
            done += 1
        return done

    def step(self) -> bool:
        """Claim and do one job; false when none is due."""
        claimed = queue.claim(self._database, self.name, self._lease)
        if claimed is None:
            return False
        self._do(claimed)
        return True

    def _turn(self) -> float:
        """One go at the queue; returns the seconds to wait before the next."""
        try:
            self._schedule()
            busy = self.step()
        except DBAPIError as error:
            self._pause = min(max(self._pause * 2, IDLE_SECONDS), LONGEST_PAUSE_SECONDS)
            log.warning("worker.database_unavailable", error=type(error).__name__, seconds=self._pause)
            return self._pause
        self._pause = 0.0
        return 0.0 if busy else IDLE_SECONDS

    def _schedule(self) -> None:
        if self._scheduled_at is None or time.monotonic() - self._scheduled_at >= SCHEDULE_SECONDS:
            queue.schedule_recurring(self._database)
            self._scheduled_at = time.monotonic()

    def _do(self, claimed: Claim) -> None:
        handler = HANDLERS.get(claimed.kind)
        if handler is None:
            log.error("job.unknown_kind", job=claimed.job_id, kind=claimed.kind)
            queue.bury(self._database, claimed, UNKNOWN_KIND)
            return
        began = time.monotonic()
        try:
            self._run(handler, claimed)
        except LeaseLost:
            log.warning("job.taken_over", job=claimed.job_id, kind=claimed.kind)
        except GiveUp as error:
            log.warning("job.given_up", job=claimed.job_id, kind=claimed.kind, reason=error.code)
            queue.bury(self._database, claimed, error.code)
        except Stopped:
            queue.release(self._database, claimed)
            raise
        except Exception as error:
            _log_failure(claimed, error)
            queue.fail(self._database, claimed, type(error).__name__)
        else:
            seconds = round(time.monotonic() - began, 3)
            log.info("job.done", job=claimed.job_id, kind=claimed.kind, seconds=seconds)

    def _run(self, handler: Handler, claimed: Claim) -> None:
        """The handler's effect and the end of the job in one transaction, if the fence still holds."""
        with (
            Heartbeat(self._database, claimed.job_id, claimed.fence, self._lease) as heartbeat,
            self._around(),
            self._database.session(write=True) as session,
        ):
            context = JobContext(
                job_id=claimed.job_id,
                attempt=claimed.attempt,
                session=session,
                fence=heartbeat.check,
                database=self._database,
            )
            handler.work(context, claimed.payload)
            if not repository.finish(session, claimed.job_id, claimed.fence):
                raise LeaseLost
            session.commit()


def _log_failure(claimed: Claim, error: Exception) -> None:
    """Type and place only: the words of an error may be health data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
    if isinstance(error, DBAPIError):
        place = "database"
    log.warning(
        "job.failed",
        job=claimed.job_id,
        kind=claimed.kind,
        attempt=claimed.attempt,
        error=type(error).__name__,
        place=place,
    )
