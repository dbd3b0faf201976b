"""Whatever is done to stored bytes or a manifest, nothing of the affected segment comes out."""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest

from portal.vault.errors import Tampered, VaultError
from portal.vault.manifest import Manifest
from portal.vault.reader import ObjectReader
from portal.vault.writer import SealedObject
from tests.support.vault_stores import CASE, STORED

MIB = 1 << 20
SIZE = 3 * MIB + 1000
PLAIN = hashlib.shake_256(b"tampering").digest(SIZE)
OTHER_CASE = "f" * 32


def released(reader: Callable[[], ObjectReader]) -> bytes:
    """Everything that comes out before the refusal, which must come."""
    out = b""
    with pytest.raises(Tampered):  # noqa: PT012 - the loop is the point
        for piece in reader().chunks():
            out += piece
    return out


def write(on: Any, data: bytes = PLAIN, case: str = CASE) -> SealedObject:
    sealed: SealedObject = on.vault.put(case, data)
    return sealed


def refused(on: Any, sealed: SealedObject, *, first_bad: int, case: str = CASE) -> None:
    """Only whole segments before the bad one come out, and no reading of the whole succeeds."""

    def reader() -> ObjectReader:
        opened: ObjectReader = on.vault.open(case, sealed.object_id, sealed.manifest)
        return opened

    assert released(reader) == PLAIN[: first_bad * MIB]
    with pytest.raises(Tampered):
        reader().read_all()
    with pytest.raises(Tampered):
        reader().verify()
    with pytest.raises(Tampered):
        reader().read_range(first_bad * MIB, first_bad * MIB + 1)


def change(on: Any, sealed: SealedObject, edit: Callable[[bytes], bytes]) -> None:
    stored = on.raw.get(sealed.object_id)
    edited = edit(stored)
    assert edited != stored
    on.raw.put(sealed.object_id, edited)


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_nothing_is_refused_without_tampering(on: Any) -> None:
    sealed = write(on)
    assert on.vault.open(CASE, sealed.object_id, sealed.manifest).read_all() == PLAIN


@pytest.mark.parametrize("segment", [0, 1, 3])
@pytest.mark.parametrize("place", [0, 11, 12, 500, -17, -16, -1])
def test_a_flipped_bit(on: Any, segment: int, place: int) -> None:
    sealed = write(on)
    end = min((segment + 1) * STORED, SIZE + 4 * 28)
    at = segment * STORED + place if place >= 0 else end + place
    change(on, sealed, lambda stored: flip(stored, at))
    refused(on, sealed, first_bad=segment)


@pytest.mark.parametrize(("one", "two"), [(0, 1), (1, 2), (0, 2)])
def test_swapped_segments(on: Any, one: int, two: int) -> None:
    sealed = write(on)

    def swap(stored: bytes) -> bytes:
        parts = [stored[start : start + STORED] for start in range(0, len(stored), STORED)]
        parts[one], parts[two] = parts[two], parts[one]
        return b"".join(parts)

    change(on, sealed, swap)
    refused(on, sealed, first_bad=one)


def test_reordered_segments(on: Any) -> None:
    sealed = write(on)
    change(on, sealed, lambda stored: stored[STORED : 3 * STORED] + stored[:STORED] + stored[3 * STORED :])
    refused(on, sealed, first_bad=0)


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_truncation_at_every_segment_boundary(on: Any, kept: int) -> None:
    sealed = write(on)
    change(on, sealed, lambda stored: stored[: kept * STORED])
    refused(on, sealed, first_bad=0)


def test_a_removed_byte(on: Any) -> None:
    sealed = write(on)
    change(on, sealed, lambda stored: stored[:-1])
    refused(on, sealed, first_bad=0)


def test_an_appended_byte(on: Any) -> None:
    sealed = write(on)
    change(on, sealed, lambda stored: stored + b"\0")
    refused(on, sealed, first_bad=0)


def test_an_appended_segment_of_the_same_object(on: Any) -> None:
    sealed = write(on)
    change(on, sealed, lambda stored: stored + stored[:STORED])
    refused(on, sealed, first_bad=0)


def test_a_segment_of_an_older_attempt_at_the_same_upload(on: Any) -> None:
    """Same keys, same upload, same index, other bytes: it authenticates, but the manifest has another tag."""
    sealed = write(on)
    case_key = on.vault._keys.case_key(CASE)
    _, cipher = Manifest.open(sealed.manifest, sealed.object_id, case_key)
    older = bytearray(STORED)
    cipher.seal_segment(memoryview(b"?" * MIB), memoryview(older), 1)
    change(on, sealed, lambda stored: stored[:STORED] + older + stored[2 * STORED :])
    refused(on, sealed, first_bad=1)


def test_a_segment_of_another_object_of_the_case(on: Any) -> None:
    sealed, other = write(on), write(on)
    foreign = on.raw.get(other.object_id)[STORED : 2 * STORED]
    change(on, sealed, lambda stored: stored[:STORED] + foreign + stored[2 * STORED :])
    refused(on, sealed, first_bad=1)


def test_a_whole_other_object_of_the_case(on: Any) -> None:
    sealed, other = write(on), write(on)
    change(on, sealed, lambda _: bytes(on.raw.get(other.object_id)))
    refused(on, sealed, first_bad=0)


def test_the_key_of_another_case(on: Any) -> None:
    on.vault.create_case_key(OTHER_CASE)
    sealed = write(on)
    refused(on, sealed, first_bad=0, case=OTHER_CASE)


def test_another_objects_manifest(on: Any) -> None:
    sealed, other = write(on), write(on)
    refused(on, SealedObject(sealed.object_id, other.manifest, SIZE, sealed.sha256), first_bad=0)


def edited(sealed: SealedObject, **fields: object) -> SealedObject:
    manifest = json.loads(sealed.manifest) | fields
    data = json.dumps(manifest, separators=(",", ":")).encode()
    assert data != sealed.manifest
    return SealedObject(sealed.object_id, data, sealed.size, sealed.sha256)


@pytest.mark.parametrize(
    "field",
    ["format", "object", "upload", "salt", "commit", "size", "digest", "store_version", "tags", "mac"],
)
def test_an_edited_manifest(on: Any, field: str) -> None:
    sealed = write(on)
    value = json.loads(sealed.manifest)[field]
    if field == "size":
        changed: object = value - 1
    elif field in {"format", "store_version"}:
        changed = value + "x"
    elif field in {"object", "upload"}:
        changed = ("1" if value[0] == "0" else "0") + value[1:]
    else:
        changed = b64encode(flip(b64decode(value), 0)).decode()
    refused(on, edited(sealed, **{field: changed}), first_bad=0)


def test_a_manifest_cut_to_fewer_segments(on: Any) -> None:
    sealed = write(on)
    tags = b64encode(b64decode(json.loads(sealed.manifest)["tags"])[:32]).decode()
    change(on, sealed, lambda stored: stored[: 2 * STORED])
    refused(on, edited(sealed, size=2 * MIB, tags=tags), first_bad=0)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_a_manifest_that_is_none(on: Any, data: bytes) -> None:
    sealed = write(on)
    refused(on, SealedObject(sealed.object_id, data, SIZE, sealed.sha256), first_bad=0)


def test_a_destroyed_case_key_leaves_nothing_readable(on: Any) -> None:
    sealed = write(on)
    on.vault.destroy_case_key(CASE)
    with pytest.raises(VaultError):
        on.vault.open(CASE, sealed.object_id, sealed.manifest)
    on.vault.create_case_key(CASE)
    refused(on, sealed, first_bad=0)
