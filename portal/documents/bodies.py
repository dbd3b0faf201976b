"""Request bodies read piece by piece: raw files, and forms whose files go on as they come.

A server that marks the end of ``wsgi.input`` lets a sender that hung up look like one that finished, so
the announced length is what says whether a body is whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

PIECE = 1024 * 1024
FORM_PIECE = 256 * 1024
_MAX_FIELD = 64 * 1024
_MAX_BUFFER = 4 * FORM_PIECE
_MAX_PARTS = 600


class HungUp(Exception):
    """The sender stopped before the end of what it had announced."""


class NotAForm(Exception):
    """The body is not the form it claims to be."""


def pieces(stream: BinaryIO, length: int, *, size: int = PIECE) -> Iterator[bytes]:
    """The body, in pieces of at most ``size`` bytes; raises :class:`HungUp` when it ends early."""
    left = length
    while left:
        piece = stream.read(min(size, left))
        if not piece:
            raise HungUp
        left -= len(piece)
        yield piece


@dataclass(frozen=True, slots=True)
class FormField:
    """A named value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file; its bytes must be taken before the next part is asked for."""

    name: str
    file_name: str
    chunks: Iterator[bytes]


class FormParts:
    """The parts of a ``multipart/form-data`` body, in the order they were sent."""

    def __init__(self, stream: BinaryIO, length: int, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get("boundary", "")
        if kind != "multipart/form-data" or not boundary:
            raise NotAForm
        self._decoder = MultipartDecoder(
            boundary.encode("latin-1", "replace"), max_form_memory_size=_MAX_BUFFER, max_parts=_MAX_PARTS
        )
        self._pieces = pieces(stream, length, size=FORM_PIECE)

    def __iter__(self) -> Iterator[FormField | FormFile]:
        """Raises :class:`HungUp`, :class:`NotAForm` or werkzeug's ``RequestEntityTooLarge``."""
        for event in self._events():
            if isinstance(event, Field):
                yield FormField(event.name, self._value())
            elif isinstance(event, File):
                chunks = self._data()
                yield FormFile(event.name, event.filename, chunks)
                for _ in chunks:
                    continue

    def _events(self) -> Iterator[Field | File | Data]:
        while True:
            try:
                event = self._decoder.next_event()
            except ValueError:
                raise NotAForm from None
            if isinstance(event, NeedData):
                self._feed()
            elif isinstance(event, Epilogue):
                return
            elif isinstance(event, Field | File | Data):
                yield event

    def _feed(self) -> None:
        try:
            self._decoder.receive_data(next(self._pieces, None))
        except (ValueError, RequestEntityTooLarge):
            raise NotAForm from None

    def _data(self) -> Iterator[bytes]:
        for event in self._events():
            if not isinstance(event, Data):
                raise NotAForm
            if event.data:
                yield bytes(event.data)
            if not event.more_data:
                return

    def _value(self) -> str:
        value = bytearray()
        for chunk in self._data():
            value += chunk
            if len(value) > _MAX_FIELD:
                raise RequestEntityTooLarge
        return value.decode("utf-8", "replace")
