"""Files on their way to a person: none is announced that cannot begin, none goes on once access has ended."""

import time
from collections.abc import Callable, Iterable, Iterator

import structlog

from portal.cases import scope
from portal.cases.permissions import Action
from portal.core.actor import Actor
from portal.core.db import Database
from portal.core.errors import NotFound

log = structlog.get_logger()
SECONDS_BETWEEN_CHECKS = 1.0


def started(chunks: Iterable[bytes], check: Callable[[], None]) -> Iterator[bytes]:
    """``chunks`` with the first one fetched already, so that a store that is down is an answer of its own.

    While they go out, ``check`` is asked about once a second; when it raises :class:`NotFound` the stream
    ends early, which the announced length makes a failed download and not a short file.
    """
    rest = iter(chunks)
    first = next(rest, b"")
    return _guarded(first, rest, check)


def _guarded(first: bytes, rest: Iterator[bytes], check: Callable[[], None]) -> Iterator[bytes]:
    yield first
    checked = time.monotonic()
    for chunk in rest:
        if time.monotonic() - checked >= SECONDS_BETWEEN_CHECKS:
            try:
                check()
            except NotFound:
                log.info("download.stopped")
                return
            checked = time.monotonic()
        yield chunk


def still_may(database: Database, actor: Actor, reference: str, action: Action) -> Callable[[], None]:
    """A check that the actor may do this to the case at that moment, in a short session of its own."""

    def check() -> None:
        with database.session() as session:
            scope.for_actor(session, actor).case(reference, action)

    return check
