"""A file that lies on the other side of a pipe, read a block at a time as a parser asks for it."""

import io
from collections import OrderedDict
from typing import Any, BinaryIO

from portal.documents import frames

BLOCK = 1024 * 1024
BLOCKS_KEPT = 24


class RemoteFile(io.RawIOBase):
    """The last few blocks are kept; nothing else of the file is in memory, nothing on disk."""

    def __init__(self, ask: BinaryIO, answer: BinaryIO, size: int) -> None:
        super().__init__()
        self._ask, self._answer, self._size = ask, answer, size
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Where the next read starts."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a position; nothing is fetched."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer, across blocks, up to the end of the file."""
        target = memoryview(buffer).cast("B")
        done = 0
        while done < len(target) and self._position < self._size:
            block = self._block(self._position // BLOCK)
            piece = memoryview(block)[self._position % BLOCK :][: len(target) - done]
            target[done : done + len(piece)] = piece
            done += len(piece)
            self._position += len(piece)
        return done

    def _block(self, index: int) -> bytes:
        if index in self._blocks:
            self._blocks.move_to_end(index)
            return self._blocks[index]
        start = index * BLOCK
        length = min(BLOCK, self._size - start)
        frames.write_frame(self._ask, b"R", frames.RANGE.pack(start, length))
        letter, body = frames.read_frame(self._answer.read, BLOCK)
        if letter != b"D" or len(body) != length:
            raise OSError("the parent is gone")
        self._blocks[index] = body
        if len(self._blocks) > BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        return body
