"""A ZIP archive as a stream of bytes: constant memory, nothing on disk."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

_LARGE = 2**31 - 1


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
        """What was written since the last call; small pieces are joined."""
        waiting, self._waiting = self._waiting, []
        small = b""
        for piece in waiting:
            if len(piece) < 4096:
                small += piece
                continue
            if small:
                yield small
                small = b""
            yield piece
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
        with archive.open(info, "w", force_zip64=entry.size > _LARGE) as target:
            for chunk in entry.chunks:
                target.write(chunk)
                yield from outbox.take()
    archive.close()
    yield from outbox.take()
