"""Pages of one process are made one after the other; nothing waits long, sending data never waits."""

import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest

from portal.core.turns import Turns


class Page:
    """A WSGI application that notes how many of its calls overlap."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self.seconds)
        with self._lock:
            self._now -= 1
        return [b"done"]


def _call_at_once(app: Any, method: str, times: int = 4) -> None:
    threads = [threading.Thread(target=app, args=({"REQUEST_METHOD": method}, None)) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_quick_pages_are_made_one_at_a_time() -> None:
    page = Page(0.01)
    _call_at_once(Turns(page, patience=5), "GET")
    assert page.most == 1


def test_a_page_that_takes_long_does_not_hold_up_the_others() -> None:
    page = Page(0.5)
    _call_at_once(Turns(page, patience=0.01), "GET")
    assert page.most == 4


def test_what_sends_data_never_waits() -> None:
    page = Page(0.3)
    _call_at_once(Turns(page, patience=5), "POST")
    assert page.most == 4


def test_a_page_that_fails_gives_its_turn_back() -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise LookupError

    turns = Turns(broken, patience=0)
    for _ in range(2):
        with pytest.raises(LookupError):
            turns({"REQUEST_METHOD": "GET"}, None)
    assert turns._turn.acquire(blocking=False)
