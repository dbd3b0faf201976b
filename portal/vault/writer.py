"""Writing one object: bytes come in, sealed parts go to the store, memory stays bounded."""

import hashlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from portal.core.errors import Unavailable
from portal.vault.envelope import OVERHEAD, PART, PART_SEGMENTS, SEGMENT, ObjectCipher
from portal.vault.manifest import Manifest
from portal.vault.stores import ObjectStore, PartReceipt

_SEGMENTS_WAITING = 4
_PARTS_WAITING = 2


@dataclass(frozen=True, slots=True)
class SealedObject:
    """What the row of an object keeps. ``sha256`` is of the plaintext, in hex."""

    object_id: str
    manifest: bytes
    size: int
    sha256: str


class ObjectWriter:
    """Takes the bytes of one object in order; used as a context manager, an unfinished object is dropped.

    Up to 8 MiB are sealed in the caller's thread and stored with one request. From then on one thread
    hashes and encrypts and two send parts, while the caller reads the next bytes. At most 4 MiB wait to
    be sealed and two parts to be sent; a caller who is faster than the store waits.
    """

    def __init__(self, store: ObjectStore, cipher: ObjectCipher) -> None:
        self._cipher = cipher
        self._parts = _Parts(store, cipher)
        self._segment = bytearray()
        self._filled = 0
        self._passed_on = 0
        self._sealing = _Stage(1, _SEGMENTS_WAITING)
        self._done = False

    @property
    def size(self) -> int:
        """Plaintext bytes taken so far."""
        return self._passed_on * SEGMENT + self._filled

    def write(self, chunk: bytes | bytearray | memoryview) -> int:
        """Take the next bytes. Raises Unavailable when the store failed, now or on earlier bytes."""
        view = memoryview(chunk).cast("B")
        taken = len(view)
        while view:
            if self._filled == SEGMENT:
                self._pass_on()
            count = min(len(view), SEGMENT - self._filled)
            self._segment[self._filled : self._filled + count] = view[:count]
            self._filled += count
            view = view[count:]
        return taken

    def finish(self) -> SealedObject:
        """Seal the last segment, make the object appear in the store and return what the row keeps."""
        size = self.size
        self._sealing.drain()
        self._parts.seal(memoryview(self._segment)[: self._filled], size)
        version = self._parts.complete(size)
        self._done = True
        self._sealing.stop()
        digest = self._parts.digest
        manifest = Manifest(
            identity=self._cipher.identity,
            commit=self._cipher.commit,
            size=size,
            digest=self._cipher.seal_digest(digest),
            store_version=version,
            tags=bytes(self._parts.tags),
        )
        return SealedObject(
            self._cipher.identity.object_id.hex(), manifest.seal(self._cipher), size, digest.hex()
        )

    def abort(self) -> None:
        """Drop what was written; after :meth:`finish` nothing happens."""
        if self._done:
            return
        self._done = True
        self._sealing.stop()
        self._parts.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def _pass_on(self) -> None:
        segment = self._segment
        if self._passed_on < PART_SEGMENTS:
            self._parts.seal(memoryview(segment), None)
        else:
            spare = self._sealing.submit(lambda: self._seal(segment))
            self._segment = bytearray() if spare is None else spare
        self._passed_on += 1
        self._filled = 0

    def _seal(self, segment: bytearray) -> bytearray:
        self._parts.seal(memoryview(segment), None)
        return segment


class _Parts:
    """Seals segments into parts and sends each full part; one thread at a time calls it."""

    def __init__(self, store: ObjectStore, cipher: ObjectCipher) -> None:
        self._store = store
        self._cipher = cipher
        self._key = cipher.identity.object_id.hex()
        self._handle: str | None = None
        self._part = bytearray()
        self._used = 0
        self._receipts: list[PartReceipt] = []
        self._sent = 0
        self._sending = _Stage(2, _PARTS_WAITING)
        self._hash = hashlib.sha256()
        self.tags = bytearray()
        self._count = 0

    @property
    def digest(self) -> bytes:
        """SHA-256 of the plaintext sealed so far."""
        return self._hash.digest()

    def seal(self, plain: memoryview, total: int | None) -> None:
        """Append one segment, after sending the part that is already full."""
        if self._used == PART:
            self._send()
        end = self._used + len(plain) + OVERHEAD
        if len(self._part) < end:
            self._part.extend(bytes(end - len(self._part)))
        sealed = memoryview(self._part)[self._used : end]
        self._hash.update(plain)
        self.tags += self._cipher.seal_segment(plain, sealed, self._count, total)
        self._used = end
        self._count += 1

    def complete(self, size: int) -> str:
        """Send the rest and make the object appear; its version."""
        if self._handle is None:
            return self._store.put(self._key, self._cut())
        self._send()
        self._sending.drain()
        self._sending.stop()
        receipts = sorted(self._receipts, key=lambda receipt: receipt.number)
        return self._store.complete(self._key, self._handle, receipts, size + self._count * OVERHEAD)

    def abort(self) -> None:
        """Throw away what the store has; what it cannot throw away now is swept later."""
        self._sending.stop()
        if self._handle is not None:
            with suppress(Unavailable):
                self._store.abort(self._key, self._handle)

    def _send(self) -> None:
        if self._handle is None:
            self._handle = self._store.begin(self._key)
        handle, part = self._handle, self._cut()
        self._sent += 1
        number = self._sent
        spare = self._sending.submit(lambda: self._put(handle, number, part))
        self._part = bytearray() if spare is None else spare
        self._used = 0

    def _put(self, handle: str, number: int, part: bytearray) -> bytearray:
        self._receipts.append(self._store.put_part(self._key, handle, number, part))
        return part

    def _cut(self) -> bytearray:
        del self._part[self._used :]
        return self._part


class _Stage:
    """Background work on buffers with a bounded number waiting; its threads start at first use."""

    def __init__(self, threads: int, waiting: int) -> None:
        self._threads = threads
        self._waiting = waiting
        self._pool: ThreadPoolExecutor | None = None
        self._jobs: deque[Future[bytearray]] = deque()

    def submit(self, job: Callable[[], bytearray]) -> bytearray | None:
        """Queue ``job``; when too many wait, wait for the oldest and return its buffer for another use."""
        spare = self._jobs.popleft().result() if len(self._jobs) >= self._waiting else None
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="vault")
        self._jobs.append(self._pool.submit(job))
        return spare

    def drain(self) -> None:
        """Wait for everything; raises what the first failed job raised."""
        while self._jobs:
            self._jobs.popleft().result()

    def stop(self) -> None:
        """Drop what has not begun and wait for what has."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        self._jobs.clear()
