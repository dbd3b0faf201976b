"""A worker in this process, with handlers that live as long as the test."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from portal.core.db import Database
from portal.jobs.registry import HANDLERS
from portal.jobs.worker import Worker


@pytest.fixture
def handlers() -> Iterator[None]:
    """Only the handlers that the test registers."""
    before = dict(HANDLERS)
    HANDLERS.clear()
    yield
    HANDLERS.clear()
    HANDLERS.update(before)


@pytest.fixture
def worker(database: Database, handlers: None) -> Worker:
    """A worker that is told when to work."""
    return Worker(database, nullcontext)
