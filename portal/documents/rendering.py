"""Rendering as the portal sees it: a confined process per document, pages one by one, a deadline for each."""

import json
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from portal.core.errors import Unavailable
from portal.documents import frames
from portal.documents.frames import Limits, RenderedPage
from portal.documents.text import PageText
from portal.documents.verdicts import Refusal, Refused

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
_ENVIRONMENT: Mapping[str, str] = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}


class Source(Protocol):
    """Something with random access to a file's bytes, such as the vault's ``ObjectReader``."""

    @property
    def size(self) -> int:
        """Bytes in all."""

    def read_range(self, start: int, end: int) -> Iterator[bytes]:
        """Bytes from ``start`` up to, not including, ``end``."""


def render(
    source: Source, media_type: str, *, first: int = 1, limits: Limits | None = None
) -> Iterator[RenderedPage]:
    """The document's pages from number ``first`` on, each rendered when it is asked for.

    Raises :class:`Refused` when the file cannot be used, and ``Unavailable`` when the renderer itself
    could not be started. Whatever the parsers do, this process goes on.
    """
    limits = limits or Limits()
    with _process(limits) as child:
        yield from _Conversation(child, source, limits).pages(media_type, first)


class _Process:
    """The child, its pipes, and the moment at which it is killed."""

    def __init__(self, limits: Limits) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "portal.documents.render_worker", json.dumps(limits.as_json())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=dict(_ENVIRONMENT),
            start_new_session=True,
        )
        self.input = cast(BinaryIO, self._popen.stdin)
        self.output = cast(BinaryIO, self._popen.stdout)
        self.overdue = False
        self._due = time.monotonic() + START_SECONDS
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._kill_when_due, name="renderer-deadline", daemon=True)
        self._watch.start()

    def allow(self, seconds: float) -> None:
        """Put the deadline ``seconds`` from now."""
        self._due = time.monotonic() + seconds

    def cut_short(self) -> bool:
        """Whether the child was killed: by its deadline, a limit, or a fault in a parser."""
        try:
            return self.overdue or self._popen.wait(timeout=1) < 0
        except subprocess.TimeoutExpired:
            return False

    def _kill_when_due(self) -> None:
        while not self._ended.wait(max(0.0, self._due - time.monotonic())):
            if time.monotonic() >= self._due:
                self.overdue = True
                self._popen.kill()
                return

    def end(self) -> None:
        """Kill whatever still runs and collect it."""
        self._ended.set()
        self._popen.kill()
        for pipe in (self.input, self.output):
            try:
                pipe.close()
            except BrokenPipeError:
                continue
        self._popen.wait()
        self._watch.join()


@contextmanager
def _process(limits: Limits) -> Iterator[_Process]:
    try:
        child = _Process(limits)
    except OSError as error:
        raise Unavailable("Files cannot be checked right now. Try again in a few minutes.") from error
    try:
        yield child
    finally:
        child.end()


class _Conversation:
    """One job, answered frame by frame; everything the child says is checked."""

    def __init__(self, child: _Process, source: Source, limits: Limits) -> None:
        self._child, self._source, self._limits = child, source, limits
        self._end = time.monotonic() + limits.total_seconds
        self._count = 0

    def pages(self, media_type: str, first: int) -> Iterator[RenderedPage]:
        """Hand over the job and yield the pages."""
        self._start(media_type, first)
        number = first
        while True:
            self._child.allow(min(self._limits.page_seconds, max(0.0, self._end - time.monotonic())))
            letter, body = self._next()
            if letter == b"E" and self._count and number == max(first, self._count + 1):
                return
            if letter != b"P":
                raise self._broken()
            yield self._page(body, number)
            number += 1

    def _start(self, media_type: str, first: int) -> None:
        letter, _ = self._read()
        if letter != b"H":
            raise Unavailable("Files cannot be checked right now. Try again in a few minutes.")
        job = {"media_type": media_type, "size": self._source.size, "first": first}
        self._write(b"J", json.dumps(job).encode())

    def _next(self) -> tuple[bytes, bytes]:
        """The next frame that is neither a request for bytes nor the number of pages."""
        while True:
            letter, body = self._read()
            if letter == b"R":
                self._serve(body)
            elif letter == b"N" and not self._count and len(body) == frames.COUNT.size:
                (self._count,) = frames.COUNT.unpack(body)
            elif letter == b"X":
                raise Refused(_reason(body))
            else:
                return letter, body

    def _page(self, body: bytes, number: int) -> RenderedPage:
        try:
            page = RenderedPage.unpacked(body)
            if page.text:
                PageText.from_bytes(page.text)
        except (ValueError, struct.error):
            raise self._broken() from None
        expected = page.number == number <= min(self._count, self._limits.pages)
        if not expected or not page.image.startswith(b"\xff\xd8\xff"):
            raise self._broken()
        return page

    def _serve(self, body: bytes) -> None:
        if len(body) != frames.RANGE.size:
            raise self._broken()
        start, length = frames.RANGE.unpack(body)
        if length > frames.MAX_READ or start + length > self._source.size:
            raise self._broken()
        self._write(b"D", b"".join(self._source.read_range(start, start + length)))

    def _read(self) -> tuple[bytes, bytes]:
        try:
            return frames.read_frame(self._child.output.read, frames.MAX_PAGE)
        except ValueError:
            raise self._broken() from None

    def _write(self, letter: bytes, body: bytes) -> None:
        try:
            frames.write_frame(self._child.input, letter, body)
        except BrokenPipeError:
            raise self._broken() from None

    def _broken(self) -> Refused:
        """The child died, was killed or said something it may not say."""
        return Refused(Refusal.TOO_COMPLEX if self._child.cut_short() else Refusal.DAMAGED)


def _reason(body: bytes) -> Refusal:
    try:
        return Refusal(body.decode("ascii", "replace"))
    except ValueError:
        return Refusal.DAMAGED
