"""Pages take turns at the interpreter.

Threads of one process share one interpreter lock, and SQLite's driver gives it away at every row it reads.
Several pages at once then spend half of their time handing the lock to each other. So a process makes one
page at a time; a page that waits for a store or a lock holds the others up for a moment only, and whatever
sends data (uploads, forms) never waits. Measured in ``docs/adr/0021-pages-take-turns.md``.
"""

from collections.abc import Callable, Iterable
from threading import Semaphore
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATIENCE_SECONDS = 0.05


class Turns:
    """WSGI middleware: at most one GET is being made at a time, as long as each is quick."""

    def __init__(self, app: "WSGIApplication", patience: float = PATIENCE_SECONDS) -> None:
        self._app = app
        self._patience = patience
        self._turn = Semaphore(1)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Make the page when it is its turn, or after the patience is over; sending it needs no turn."""
        if environ["REQUEST_METHOD"] != "GET":
            return self._app(environ, start_response)
        return self._in_turn(lambda: self._app(environ, start_response))

    def _in_turn(self, make: Callable[[], Iterable[bytes]]) -> Iterable[bytes]:
        mine = self._turn.acquire(timeout=self._patience)
        try:
            return make()
        finally:
            if mine:
                self._turn.release()
