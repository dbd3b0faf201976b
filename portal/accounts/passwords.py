"""Password hashes: argon2id, a bounded number at once, so that sign-in cannot exhaust the machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.core.errors import PortalError

AT_ONCE = 2
QUEUE = 8

HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
"""RFC 9106's second choice, with ASVS 11.4.2: t=3, m=64 MiB, p=4."""


class TooBusy(PortalError):
    """More people are signing in than the machine can hash for."""

    status = 429


class Gate:
    """Lets ``at_once`` through, lets ``queue`` wait, and turns the others away."""

    def __init__(self, *, at_once: int, queue: int) -> None:
        self._running = threading.Semaphore(at_once)
        self._lock = threading.Lock()
        self.free_places = at_once + queue

    @contextmanager
    def pass_through(self) -> Iterator[None]:
        """Wait for a turn; raises :class:`TooBusy` when the queue is full."""
        with self._lock:
            if not self.free_places:
                raise TooBusy("Many people are signing in right now. Wait a minute and try again.")
            self.free_places -= 1
        try:
            with self._running:
                yield
        finally:
            with self._lock:
                self.free_places += 1


GATE = Gate(at_once=AT_ONCE, queue=QUEUE)


def hashed(password: str) -> str:
    """The hash to keep of a normalised password."""
    with GATE.pass_through():
        return HASHER.hash(password)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether a normalised password is the right one; takes as long when there is none to compare with."""
    with GATE.pass_through():
        try:
            HASHER.verify(password_hash or _nobodys(), password)
        except (VerificationError, InvalidHashError):
            return False
    return bool(password_hash)


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


@cache
def _nobodys() -> str:
    return HASHER.hash("no account has this password")
