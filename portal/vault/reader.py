"""Reading one object: whole, or the segments of a byte range; nothing leaves before it authenticated."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from portal.vault.envelope import SEGMENT, ObjectCipher
from portal.vault.errors import Tampered
from portal.vault.manifest import Manifest
from portal.vault.stores import ObjectStore

BLOCK_SEGMENTS = 4
"""How much is fetched at once: two blocks are in memory while one is read ahead."""


class ObjectReader:
    """The plaintext of one object. Every method raises Tampered, ObjectMissing or Unavailable."""

    def __init__(self, store: ObjectStore, cipher: ObjectCipher, manifest: Manifest) -> None:
        self._store = store
        self._cipher = cipher
        self._manifest = manifest
        self._layout = manifest.layout

    @property
    def size(self) -> int:
        """Plaintext bytes."""
        return self._layout.size

    @property
    def sha256(self) -> str:
        """SHA-256 of the plaintext in hex, as it was when written."""
        return self._cipher.open_digest(self._manifest.digest).hex()

    def read_range(self, start: int, end: int) -> Iterator[bytes]:
        """Bytes ``start`` up to, not including, ``end``, in pieces; fetches only their segments.

        The first piece is read before this returns, so a store that is down or an object that was
        tampered with shows before a response has begun.
        """
        if not 0 <= start <= end <= self.size:
            raise ValueError("the range is outside the object")
        if start == end:
            return iter(())
        pieces = self._pieces(start, end)
        return chain([next(pieces)], pieces)

    def chunks(self) -> Iterator[bytes]:
        """The whole object in pieces of at most 1 MiB."""
        return self.read_range(0, self.size)

    def read_all(self) -> bytes:
        """The whole object, checked against its digest."""
        pieces = list(self._segments(0, self._layout.count))
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._check_digest(hashlib.sha256(data).digest())
        return data

    def verify(self) -> None:
        """Read everything and release nothing; raises unless each byte is the one that was written."""
        digest = hashlib.sha256()
        for plain in self._segments(0, self._layout.count):
            digest.update(plain)
        self._check_digest(digest.digest())

    def _check_digest(self, digest: bytes) -> None:
        if not hmac.compare_digest(digest, self._cipher.open_digest(self._manifest.digest)):
            raise Tampered("the object does not have its digest")

    def _pieces(self, start: int, end: int) -> Iterator[bytes]:
        first = start // SEGMENT
        for index, plain in enumerate(self._segments(first, -(-end // SEGMENT)), first):
            offset = index * SEGMENT
            whole = start <= offset and offset + len(plain) <= end
            yield plain if whole else plain[max(0, start - offset) : end - offset]

    def _segments(self, first: int, last: int) -> Iterator[bytes]:
        """Segments ``first`` up to, not including, ``last``, each authenticated before it is released."""
        starts = range(first, last, BLOCK_SEGMENTS)
        blocks = _ahead(lambda index: self._fetch(index, min(index + BLOCK_SEGMENTS, last)), starts)
        for start, block in zip(starts, blocks, strict=True):
            base = self._layout.offset(start)
            for index in range(start, min(start + BLOCK_SEGMENTS, last)):
                begin = self._layout.offset(index) - base
                sealed = block[begin : begin + self._layout.sealed_length(index)]
                yield self._cipher.open_segment(sealed, index, self._layout, self._manifest.tag(index))

    def _fetch(self, first: int, last: int) -> memoryview:
        begin = self._layout.offset(first)
        length = self._layout.offset(last - 1) + self._layout.sealed_length(last - 1) - begin
        data, stored = self._store.read(
            self._manifest.identity.object_id.hex(), self._manifest.store_version, begin, length
        )
        if stored != self._layout.sealed_size or len(data) != length:
            raise Tampered("the stored object does not have its length")
        return memoryview(data)


def _ahead(fetch: Callable[[int], memoryview], starts: range) -> Iterator[memoryview]:
    """Blocks in order, the next one under way while the consumer works on this one."""
    if len(starts) == 1:
        yield fetch(starts[0])
        return
    pool = ThreadPoolExecutor(1, thread_name_prefix="vault")
    try:
        coming = pool.submit(fetch, starts[0])
        for start in starts[1:]:
            block = coming.result()
            coming = pool.submit(fetch, start)
            yield block
        yield coming.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
