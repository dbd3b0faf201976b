"""What a handler is given, and how it tells the worker that it cannot go on."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.core.db import Database


class LeaseLost(Exception):
    """Another worker has taken the job over; nothing of this run may have an effect."""


class GiveUp(Exception):
    """No retry can help: the job is put aside at once, with ``code`` to tell a person why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """One run of one job.

    ``session`` is a write session; the worker commits it together with the job's completion, under the
    same fence, so the handler's effect and the job's end happen both or neither. ``fence()`` raises
    :class:`LeaseLost` once another worker has the job: call it before an effect outside the database.
    """

    job_id: str
    attempt: int
    session: Session
    fence: Callable[[], None]
    database: Database

    def reading(self) -> AbstractContextManager[Session]:
        """A session to read with, for slow work that must not hold the write lock."""
        return self.database.session()
