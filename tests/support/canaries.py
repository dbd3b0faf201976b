"""Words that must be found nowhere, and a search that also looks into encodings and compressed data."""

import re
import zlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

CANARY = "kanari9f27c1d8e5b3a6402f71c84db6"
assert len(CANARY) == 32
_COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]|PK\x03\x04", re.DOTALL)
_WINDOW = 4 * 1024 * 1024


def forms(word: str = CANARY) -> dict[str, bytes]:
    """The word as it may lie about: as it is, and in the usual encodings at every alignment."""
    raw = word.encode()
    found = {
        "raw": raw,
        "hex": raw.hex().encode(),
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "reversed": raw[::-1],
    }
    for shift in range(3):
        encoded = b64encode(b"\0" * shift + raw + b"\0\0")
        found[f"base64+{shift}"] = encoded[4:-4]
    return found


def traces(data: bytes, *, deep: int = 2) -> Iterator[str]:
    """Every form in which the word lies in ``data``, in any case, also inside what is compressed in it."""
    lowered = data.lower()
    for name, form in forms().items():
        if (form in data) if name.startswith("base64") else (form in lowered):
            yield name
    if deep:
        for hit in _COMPRESSED.finditer(data):
            inside = _inflated(data[hit.start() : hit.start() + _WINDOW])
            yield from (f"compressed {name}" for name in traces(inside, deep=deep - 1) if inside)


def _inflated(data: bytes) -> bytes:
    if data.startswith(b"PK"):
        names, extra = int.from_bytes(data[26:28], "little"), int.from_bytes(data[28:30], "little")
        data, bits = data[30 + names + extra :], -15
    else:
        bits = 47
    try:
        return zlib.decompressobj(bits).decompress(data, _WINDOW)
    except zlib.error:
        return b""


def traces_in_files(*roots: Path) -> dict[str, list[str]]:
    """The same for every file below ``roots``, file names included."""
    found = {}
    for root in roots:
        for path in root.rglob("*"):
            data = str(path.relative_to(root)).encode()
            if path.is_file():
                data += b"\n" + path.read_bytes()
            if hits := sorted(set(traces(data))):
                found[str(path)] = hits
    return found
