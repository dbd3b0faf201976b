"""Object format v1: round trips, and what binds a segment to its place."""

import dataclasses
import hashlib
import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.vault.envelope import OVERHEAD, SEGMENT, Identity, Layout, ObjectCipher
from portal.vault.errors import Tampered
from portal.vault.manifest import Manifest
from portal.vault.reader import ObjectReader
from portal.vault.secret import SecretKey
from portal.vault.stores.disk import DiskStore
from portal.vault.writer import ObjectWriter, SealedObject
from tests.support.vault_decoder import decode
from tests.support.vault_vectors import MemoryStore

EDGES = [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 8 * SEGMENT, 8 * SEGMENT + 1, 9 * SEGMENT]


def patterned(size: int) -> bytes:
    return hashlib.shake_256(b"patterned").digest(size)


@settings(max_examples=25, deadline=None)
@given(
    size=st.one_of(st.sampled_from(EDGES), st.integers(0, 3 * SEGMENT)),
    cuts=st.lists(st.integers(0, 9 * SEGMENT), max_size=8),
)
def test_any_size_in_any_pieces_comes_back(
    tmp_path_factory: pytest.TempPathFactory, size: int, cuts: list[int]
) -> None:
    case_key, data = SecretKey.new(), patterned(size)
    store = DiskStore(tmp_path_factory.mktemp("store"))
    bounds = [0, *sorted(min(cut, size) for cut in cuts), size]
    with ObjectWriter(store, ObjectCipher(case_key, Identity.new())) as writer:
        for start, end in pairwise(bounds):
            writer.write(memoryview(data)[start:end])
        sealed = writer.finish()
    manifest, cipher = Manifest.open(sealed.manifest, sealed.object_id, case_key)
    reader = ObjectReader(store, cipher, manifest)
    assert reader.read_all() == data
    middle = size // 3
    assert b"".join(reader.read_range(middle, size)) == data[middle:]
    stored, length = store.read(sealed.object_id, "", 0, Layout(size).sealed_size + 1)
    assert len(stored) == length == Layout(size).sealed_size
    assert decode(case_key.expose(), sealed.manifest, stored) == data


def sealed_segment(cipher: ObjectCipher, plain: bytes, index: int, total: int | None) -> tuple[bytes, bytes]:
    into = bytearray(len(plain) + OVERHEAD)
    tag = cipher.seal_segment(memoryview(plain), memoryview(into), index, total)
    return bytes(into), tag


def test_a_segment_opens_only_in_its_place() -> None:
    """Even with the tag it really has, so that it is the authenticated data that refuses."""
    key, identity = SecretKey.new(), Identity.new()
    cipher = ObjectCipher(key, identity)
    plain = patterned(SEGMENT)
    stored, tag = sealed_segment(cipher, plain, 1, None)
    view = memoryview(stored)
    assert cipher.open_segment(view, 1, Layout(3 * SEGMENT), tag) == plain

    other_upload = ObjectCipher(key, Identity(identity.object_id, b"u" * 16, identity.salt))
    other_object = ObjectCipher(key, Identity(b"o" * 16, identity.upload_id, identity.salt))
    other_case = ObjectCipher(SecretKey.new(), identity)
    for opener, index, size in (
        (cipher, 0, 3 * SEGMENT),
        (cipher, 2, 4 * SEGMENT),
        (cipher, 1, 2 * SEGMENT),
        (other_upload, 1, 3 * SEGMENT),
        (other_object, 1, 3 * SEGMENT),
        (other_case, 1, 3 * SEGMENT),
    ):
        with pytest.raises(Tampered):
            opener.open_segment(view, index, Layout(size), tag)


def test_the_last_segment_states_the_length() -> None:
    cipher = ObjectCipher(SecretKey.new(), Identity.new())
    plain = patterned(SEGMENT)
    stored, tag = sealed_segment(cipher, plain, 1, 2 * SEGMENT)
    assert cipher.open_segment(memoryview(stored), 1, Layout(2 * SEGMENT), tag) == plain
    with pytest.raises(Tampered):
        cipher.open_segment(memoryview(stored), 1, Layout(3 * SEGMENT), tag)


def test_no_two_seals_share_a_nonce() -> None:
    cipher = ObjectCipher(SecretKey.new(), Identity.new())
    nonces = {sealed_segment(cipher, b"same", 0, 4)[0][:12] for _ in range(200)}
    assert len(nonces) == 200


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_changed_byte_of_a_manifest_is_refused(data: st.DataObject) -> None:
    case_key, sealed = one_manifest()
    at = data.draw(st.integers(0, len(sealed.manifest) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda value: value != sealed.manifest[at]))
    changed = sealed.manifest[:at] + bytes([value]) + sealed.manifest[at + 1 :]
    with pytest.raises(Tampered):
        Manifest.open(changed, sealed.object_id, case_key)


def test_a_key_that_does_not_match_the_commitment_is_refused_first() -> None:
    case_key, sealed = one_manifest()
    with pytest.raises(Tampered, match="not written under this key"):
        Manifest.open(sealed.manifest, sealed.object_id, SecretKey.new())
    manifest, cipher = Manifest.open(sealed.manifest, sealed.object_id, case_key)
    uncommitted = dataclasses.replace(manifest, commit=bytes(32)).seal(cipher)
    with pytest.raises(Tampered, match="not written under this key"):
        Manifest.open(uncommitted, sealed.object_id, case_key)


def test_whoever_reads_the_whole_compares_its_digest(tmp_path: Path) -> None:
    """Segments that are each in order are not enough for a scanner or a signer."""
    case_key, store = SecretKey.new(), DiskStore(tmp_path)
    with ObjectWriter(store, ObjectCipher(case_key, Identity.new())) as writer:
        writer.write(b"report")
        sealed = writer.finish()
    manifest, cipher = Manifest.open(sealed.manifest, sealed.object_id, case_key)
    other = dataclasses.replace(manifest, digest=cipher.seal_digest(hashlib.sha256(b"other").digest()))
    reader = ObjectReader(store, cipher, other)
    with pytest.raises(Tampered, match="digest"):
        reader.read_all()
    with pytest.raises(Tampered, match="digest"):
        reader.verify()


def test_a_manifest_has_one_form_only() -> None:
    case_key, sealed = one_manifest()
    fields = json.loads(sealed.manifest)
    for changed in (
        json.dumps(fields).encode(),
        sealed.manifest + b"\n",
        json.dumps(fields | {"extra": 1}, separators=(",", ":")).encode(),
        json.dumps(dict(reversed(fields.items())), separators=(",", ":")).encode(),
        json.dumps(fields | {"size": True}, separators=(",", ":")).encode(),
        json.dumps(fields | {"size": -1}, separators=(",", ":")).encode(),
        json.dumps(fields | {"store_version": "\ud800"}, separators=(",", ":")).encode(),
    ):
        with pytest.raises(Tampered):
            Manifest.open(changed, sealed.object_id, case_key)


def one_manifest() -> tuple[SecretKey, SealedObject]:
    case_key = SecretKey.new()
    writer = ObjectWriter(MemoryStore(), ObjectCipher(case_key, Identity.new()))  # type: ignore[arg-type]
    writer.write(b"x")
    return case_key, writer.finish()


def test_files_are_readable_by_this_account_alone(tmp_path: Path) -> None:
    DiskStore(tmp_path / "a" / "store").put("ab" * 16, bytearray(b"x"))
    for path in (tmp_path / "a").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
