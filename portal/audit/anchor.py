"""The head of the chain, noted outside the database, so that a cut tail is found.

The file ``anchor/audit.jsonl`` is only ever appended to: one JSON object a line with ``seq``, ``hash`` and
``at`` (UTC), synced to the disk. A line without its closing brace was cut by a crash and does not count.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from portal.core.clock import now

FILE = "audit.jsonl"
LONGEST_LINE = 512


class AnchorDamaged(Exception):
    """A line of the anchor file is not one that we wrote."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the head of the chain was at some moment."""

    seq: int
    hash: str
    at: str


def append(directory: Path, seq: int, head: str) -> bool:
    """Note the head and sync it to the disk, unless it is noted already; true when the file is new."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / FILE
    before = _tail(path)
    if before is not None and _last_of(before) == (seq, head):
        return False
    noted = {"seq": seq, "hash": head, "at": now().isoformat(timespec="seconds")}
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        torn = before is not None and not before.endswith(b"\n")
        os.write(descriptor, b"\n" * torn + json.dumps(noted).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if before is None:
        _sync_directory(directory)
    return before is None


def read(directory: Path) -> list[Anchor] | None:
    """Every anchor, oldest first; ``None`` when there is no file."""
    try:
        lines = (directory / FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return None
    return [_parse(line, number) for number, line in enumerate(lines, 1) if line.endswith(b"}")]


def _parse(line: bytes, number: int) -> Anchor:
    try:
        told = json.loads(line)
        return Anchor(int(told["seq"]), str(told["hash"]), str(told["at"]))
    except (ValueError, KeyError, TypeError) as error:
        raise AnchorDamaged(f"line {number} of the anchor file cannot be read") from error


def _tail(path: Path) -> bytes | None:
    """The end of the file, long enough for a whole line; ``None`` when there is no file."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LONGEST_LINE))
            return file.read()
    except FileNotFoundError:
        return None


def _last_of(tail: bytes) -> tuple[int, str] | None:
    lines = [line for line in tail.splitlines() if line.startswith(b"{") and line.endswith(b"}")]
    if not lines:
        return None
    last = _parse(lines[-1], 0)
    return last.seq, last.hash


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
