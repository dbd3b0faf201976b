"""A temporary file for form uploads that holds only ciphertext, under a key that exists only in memory."""

import io
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.core.errors import Unavailable
from portal.vault.envelope import NONCE, TAG
from portal.vault.errors import Tampered
from portal.vault.secret import SecretKey
from portal.vault.stores.disk import make_directory

BLOCK = 256 * 1024
_SEALED_BLOCK = BLOCK + TAG


class EphemeralSpool(io.BufferedIOBase):
    """Append, then seek and read anywhere; for werkzeug's ``stream_factory``.

    What fills no block stays in memory; full blocks go to an unlinked file in ``directory``. Each block
    is written once under a key of this spool alone, so its number is a nonce that cannot repeat.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._aead = AESGCM(SecretKey.new().expose())
        self._file: io.FileIO | None = None
        self._tail = bytearray()
        self._blocks = 0
        self._position = 0
        self._opened: tuple[int, bytes] = (-1, b"")

    def __len__(self) -> int:
        return self._blocks * BLOCK + len(self._tail)

    def __bool__(self) -> bool:
        return True

    def readable(self) -> bool:
        """Always."""
        return True

    def writable(self) -> bool:
        """Always, at the end."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Append; raises UnsupportedOperation anywhere but at the end."""
        self._check_open()
        if self._position != len(self):
            raise io.UnsupportedOperation("a spool is only written at its end")
        self._tail += data
        while len(self._tail) >= BLOCK:
            self._flush_block()
        written = len(self) - self._position
        self._position = len(self)
        return written

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to ``size`` bytes from here; fewer only at the end."""
        self._check_open()
        rest = max(0, len(self) - self._position)
        wanted = rest if size is None or size < 0 else min(size, rest)
        pieces = []
        while wanted:
            block, offset = divmod(self._position, BLOCK)
            piece = self._block(block)[offset : offset + wanted]
            pieces.append(piece)
            self._position += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def read1(self, size: int = -1, /) -> bytes:
        """Same as :meth:`read`."""
        return self.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move; past the end is allowed for reading nothing."""
        self._check_open()
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: len(self)}[whence]
        if base + offset < 0:
            raise ValueError("a position is not negative")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._position

    def close(self) -> None:
        """Forget everything."""
        if self._file is not None:
            self._file.close()
        self._tail.clear()
        self._opened = (-1, b"")
        super().close()

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("the spool is closed")

    def _flush_block(self) -> None:
        try:
            self._append_block()
        except OSError as error:
            raise Unavailable("There is no room for this file right now. Try again later.") from error

    def _append_block(self) -> None:
        if self._file is None:
            make_directory(self._directory)
            self._file = tempfile.TemporaryFile(buffering=0, dir=self._directory)  # noqa: SIM115
        nonce = self._blocks.to_bytes(NONCE, "big")
        sealed = memoryview(self._aead.encrypt(nonce, memoryview(self._tail)[:BLOCK], None))
        offset = self._blocks * _SEALED_BLOCK
        while sealed:
            written = os.pwrite(self._file.fileno(), sealed, offset)
            offset, sealed = offset + written, sealed[written:]
        del self._tail[:BLOCK]
        self._blocks += 1

    def _block(self, number: int) -> bytes:
        if number == self._blocks:
            return bytes(self._tail)
        if self._opened[0] != number:
            assert self._file is not None  # noqa: S101 - a full block was written to it
            sealed = os.pread(self._file.fileno(), _SEALED_BLOCK, number * _SEALED_BLOCK)
            try:
                plain = self._aead.decrypt(number.to_bytes(NONCE, "big"), sealed, None)
            except InvalidTag:
                raise Tampered("a spooled upload was changed on disk") from None
            self._opened = (number, plain)
        return self._opened[1]
