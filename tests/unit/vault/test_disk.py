"""The disk store when the disk is full, unwritable or gone: a clear error and nothing half done."""

import os
from pathlib import Path

import pytest

from portal.core.errors import Unavailable
from portal.vault.services import Vault, build_vault
from tests.support.vault_stores import CASE, RawDisk, vault_settings

MIB = 1 << 20


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = build_vault(vault_settings(tmp_path))
    vault.create_case_key(CASE)
    return vault


@pytest.fixture
def raw(tmp_path: Path) -> RawDisk:
    return RawDisk(tmp_path / "data" / "objects")


def no_space(*_: object) -> int:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("size", [10, 20 * MIB])
@pytest.mark.parametrize("call", ["pwrite", "fsync", "link"])
def test_a_full_disk(
    vault: Vault, raw: RawDisk, monkeypatch: pytest.MonkeyPatch, size: int, call: str
) -> None:
    monkeypatch.setattr(f"portal.vault.stores.disk.os.{call}", no_space)
    with pytest.raises(Unavailable, match="file store"):
        vault.put(CASE, bytes(size))
    monkeypatch.undo()
    assert raw.keys() == set()
    assert raw.unfinished() == 0


def test_a_disk_that_takes_a_little_at_a_time(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    pwrite = os.pwrite
    monkeypatch.setattr(
        "portal.vault.stores.disk.os.pwrite",
        lambda file, data, offset: pwrite(file, memoryview(data)[:100_000], offset),
    )
    sealed = vault.put(CASE, b"x" * (2 * MIB))
    assert vault.open(CASE, sealed.object_id, sealed.manifest).read_all() == b"x" * (2 * MIB)


def test_a_store_whose_place_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "objects").write_text("in the way", encoding="ascii")
    vault = build_vault(vault_settings(tmp_path))
    vault.create_case_key(CASE)
    with pytest.raises(Unavailable):
        vault.put(CASE, b"x")
    with pytest.raises(Unavailable):
        vault.check()
