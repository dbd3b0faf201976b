"""A ZIP archive as a stream of bytes: constant memory, nothing on disk."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

_SMALL = 4096
PIECE = 256 * 1024
"""Bytes handed on at once: web server and kernel pass pieces on that still lie in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive: its name, its exact size in bytes and its content, read once."""

    name: str
    size: int
    chunks: Iterable[bytes]


class _Outbox(io.RawIOBase):
    """Takes what ``zipfile`` writes and hands it on; it cannot seek, so nothing is ever patched."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        """Writing is all it can do."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Keep the bytes until :meth:`take`."""
        self._waiting.append(bytes(data))
        return len(data)

    def take(self) -> Iterator[bytes]:
        """What was written since the last call: small pieces joined, large ones in slices of ``PIECE``."""
        waiting, self._waiting = self._waiting, []
        small = b""
        for piece in waiting:
            if len(piece) < _SMALL:
                small += piece
                continue
            if small:
                yield small
                small = b""
            for start in range(0, len(piece), PIECE):
                yield piece[start : start + PIECE]
        if small:
            yield small


def stream(entries: Iterable[Entry], *, at: datetime) -> Iterator[bytes]:
    """The archive of ``entries``, stored without compression, each dated ``at`` (UTC).

    When reading an entry fails the stream breaks off without a central directory, so that no
    program takes the beginning for the whole.
    """
    outbox = _Outbox()
    archive = zipfile.ZipFile(outbox, "w", zipfile.ZIP_STORED, allowZip64=True)
    for entry in entries:
        info = zipfile.ZipInfo(entry.name, date_time=at.timetuple()[:6])
        info.external_attr = 0o600 << 16
        with archive.open(info, "w", force_zip64=entry.size > zipfile.ZIP64_LIMIT) as target:
            for chunk in entry.chunks:
                target.write(chunk)
                yield from outbox.take()
    archive.close()
    yield from outbox.take()


def length(files: Iterable[tuple[str, int]]) -> int:
    """Exactly how many bytes :func:`stream` makes of files with these names and sizes.

    Announced before the first byte, it lets a browser show progress and notice a broken download.
    """
    limit = zipfile.ZIP64_LIMIT
    offset = central = count = 0
    for name, size in files:
        name_length, large = len(name.encode()), size > limit
        wide = 2 * large + (offset > limit)
        central += 46 + name_length + (4 + 8 * wide if wide else 0)
        offset += 30 + name_length + size + (20 + 24 if large else 16)
        count += 1
    big_directory = count > zipfile.ZIP_FILECOUNT_LIMIT or offset > limit or central > limit
    return offset + central + 22 + (56 + 20 if big_directory else 0)
