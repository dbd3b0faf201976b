"""The language that the renderer's process and its parent speak over two pipes.

A frame is one letter, the length of its body (4 bytes, big endian) and the body. Neither side trusts
lengths: whoever reads says how long a body may be.

====  ===================  ==================================================================
J     parent to renderer   the job: media type, size, first page wanted, limits (JSON)
D     parent to renderer   the bytes that were asked for
H     renderer to parent   limits are in force, libraries are loaded, the job may come
R     renderer to parent   asks for bytes: offset (8 bytes) and length (4 bytes)
N     renderer to parent   how many pages the document has (4 bytes)
P     renderer to parent   a page: number, width, height, length of text (4 bytes each), text, image
X     renderer to parent   the document is refused: the key of the reason
E     renderer to parent   every page was sent
====  ===================  ==================================================================
"""

import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import BinaryIO

HEADER = struct.Struct(">cI")
RANGE = struct.Struct(">QI")
COUNT = struct.Struct(">I")
PAGE = struct.Struct(">IIII")
MAX_JOB = 4096
MAX_READ = 4 * 1024 * 1024
MAX_PAGE = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost. Memory in bytes, times in seconds, ``dots`` per inch of a page."""

    memory: int = 1536 * 1024 * 1024
    page_seconds: int = 20
    total_seconds: int = 900
    pages: int = 1000
    pixels: int = 100_000_000
    dots: int = 200
    longest_side: int = 3400

    def as_json(self) -> dict[str, int]:
        """For the job frame."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPage:
    """One page as it came out of the renderer; ``text`` is empty when the page has no text layer."""

    number: int
    width: int
    height: int
    text: bytes
    image: bytes

    def packed(self) -> bytes:
        """The body of a ``P`` frame."""
        return PAGE.pack(self.number, self.width, self.height, len(self.text)) + self.text + self.image

    @classmethod
    def unpacked(cls, body: bytes) -> "RenderedPage":
        """The inverse; raises ValueError or struct.error for a body that lies about its lengths."""
        number, width, height, length = PAGE.unpack_from(body)
        start = PAGE.size + length
        if start > len(body):
            raise ValueError("a page frame is shorter than it says")
        return cls(
            number=number, width=width, height=height, text=body[PAGE.size : start], image=body[start:]
        )


def write_frame(stream: BinaryIO, letter: bytes, body: bytes | memoryview = b"") -> None:
    """Send one frame."""
    stream.write(HEADER.pack(letter, len(body)))
    stream.write(body)
    stream.flush()


def read_frame(read: Callable[[int], bytes], max_body: int) -> tuple[bytes, bytes]:
    """Receive one frame; an empty letter means that the other side is gone."""
    header = read(HEADER.size)
    if len(header) < HEADER.size:
        return b"", b""
    letter, length = HEADER.unpack(header)
    if length > max_body:
        raise ValueError("a frame is longer than it may be")
    body = read(length)
    return (letter, body) if len(body) == length else (b"", b"")
