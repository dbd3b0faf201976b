"""Writing, reading ranges, deleting, giving up: the same on both stores."""

import hashlib
import threading
from typing import Any

import pytest

from portal.vault.envelope import PART_SEGMENTS
from portal.vault.errors import KeyMissing, ObjectMissing
from tests.support.vault_stores import CASE, STORED

MIB = 1 << 20
LARGE = (PART_SEGMENTS * 2 + 1) * MIB + 77


def data_of(size: int) -> bytes:
    return hashlib.shake_256(b"objects").digest(size)


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 8 * MIB, 8 * MIB + 1, 16 * MIB, LARGE])
def test_what_was_written_is_read(on: Any, size: int) -> None:
    data = data_of(size)
    with on.vault.write(CASE) as writer:
        for start in range(0, size, 700_001):
            writer.write(data[start : start + 700_001])
        sealed = writer.finish()

    reader = on.vault.open(CASE, sealed.object_id, sealed.manifest)
    assert reader.read_all() == data
    assert b"".join(reader.chunks()) == data
    reader.verify()
    assert (sealed.size, reader.size) == (size, size)
    assert sealed.sha256 == reader.sha256 == hashlib.sha256(data).hexdigest()
    assert on.raw.unfinished() == 0
    assert on.raw.keys() == {sealed.object_id}


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 0), (0, 1), (5, MIB), (MIB - 1, MIB + 1), (MIB, 2 * MIB), (7 * MIB, LARGE), (LARGE - 1, LARGE)],
)
def test_a_range(on: Any, start: int, end: int) -> None:
    data = data_of(LARGE)
    sealed = on.vault.put(CASE, data)
    reader = on.vault.open(CASE, sealed.object_id, sealed.manifest)
    assert b"".join(reader.read_range(start, end)) == data[start:end]


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 2), (0, 11), (11, 11)])
def test_a_range_outside_the_object(on: Any, start: int, end: int) -> None:
    sealed = on.vault.put(CASE, b"0123456789")
    reader = on.vault.open(CASE, sealed.object_id, sealed.manifest)
    with pytest.raises(ValueError, match="outside"):
        reader.read_range(start, end)


def test_a_range_fetches_only_its_segments(on: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = on.vault.put(CASE, data_of(6 * MIB))
    store, fetched = on.vault._store, []
    read = store.read

    def counted(key: str, version: str, start: int, length: int) -> tuple[bytes, int]:
        fetched.append((start, length))
        answer: tuple[bytes, int] = read(key, version, start, length)
        return answer

    monkeypatch.setattr(store, "read", counted)
    reader = on.vault.open(CASE, sealed.object_id, sealed.manifest)
    assert len(b"".join(reader.read_range(2 * MIB + 5, 3 * MIB + 5))) == MIB
    assert fetched == [(2 * STORED, 2 * STORED)]


def test_nothing_stored_holds_the_plaintext(on: Any) -> None:
    canary = b"CANARY-3f1c9a6e5b7d4820-CANARY!!"
    sealed = on.vault.put(CASE, canary * 100_000)
    assert canary not in on.raw.get(sealed.object_id)
    assert hashlib.sha256(canary * 100_000).hexdigest().encode() not in sealed.manifest


@pytest.mark.parametrize("size", [10, 20 * MIB])
def test_a_writer_given_up_leaves_nothing(on: Any, size: int) -> None:
    with pytest.raises(RuntimeError), on.vault.write(CASE) as writer:  # noqa: PT012
        writer.write(data_of(size))
        raise RuntimeError
    assert on.raw.keys() == set()
    assert on.raw.unfinished() == 0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("vault")]


def test_a_reader_left_half_way_leaves_no_thread(on: Any) -> None:
    sealed = on.vault.put(CASE, data_of(LARGE))
    pieces = on.vault.open(CASE, sealed.object_id, sealed.manifest).chunks()
    next(pieces)
    del pieces
    for thread in threading.enumerate():
        if thread.name.startswith("vault"):
            thread.join(5)
            assert not thread.is_alive()


def test_an_existing_object_is_never_replaced(on: Any) -> None:
    store = on.vault._store
    store.put("a" * 32, bytearray(b"first"))
    handle = store.begin("a" * 32)
    receipt = store.put_part("a" * 32, handle, 1, bytearray(b"second!"))
    with pytest.raises(Exception, match="cannot be reached"):
        store.complete("a" * 32, handle, [receipt], 7)
    store.abort("a" * 32, handle)
    with pytest.raises(Exception, match="cannot be reached"):
        store.put("a" * 32, bytearray(b"second!"))
    assert on.raw.get("a" * 32) == b"first"
    assert on.raw.unfinished() == 0


def test_deleting(on: Any) -> None:
    sealed = on.vault.put(CASE, b"x")
    on.vault.delete(sealed.object_id)
    on.vault.delete(sealed.object_id)
    reader = on.vault.open(CASE, sealed.object_id, sealed.manifest)
    with pytest.raises(ObjectMissing):
        reader.read_all()


def test_a_case_without_key_takes_nothing(on: Any) -> None:
    with pytest.raises(KeyMissing):
        on.vault.put("b" * 32, b"x")
    assert on.raw.keys() == set()
