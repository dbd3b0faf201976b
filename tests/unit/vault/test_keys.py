"""Keys: where the master key may lie, how long others are kept, and that none of them leaks."""

import copy
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.core.errors import Unavailable
from portal.vault.errors import KeyMissing, MasterKeyRefused, Tampered
from portal.vault.keys import BLIND_INDEX, CACHE_SECONDS, FIELD, KeyRing
from portal.vault.keystores import DiskKeyStore
from portal.vault.master import LocalMaster
from portal.vault.secret import SecretKey
from portal.vault.services import build_keys, build_vault
from tests.support.vault_stores import CASE, vault_settings


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def master(tmp_path: Path) -> LocalMaster:
    master = LocalMaster(tmp_path / "outside" / "master.key")
    master.create()
    return master


@pytest.fixture
def store(tmp_path: Path) -> DiskKeyStore:
    return DiskKeyStore(tmp_path / "keys")


def test_the_master_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    settings = vault_settings(tmp_path)
    build_keys(settings)
    file = tmp_path / "outside" / "master.key"
    first = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    build_keys(settings)
    assert file.read_bytes() == first


def test_without_a_setting_the_master_key_lies_beside_the_data(tmp_path: Path) -> None:
    build_keys(vault_settings(tmp_path, master_key=""))
    assert (tmp_path / "data.master.key").is_file()


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644, 0o601])
def test_a_master_key_that_others_can_touch_stops_the_start(tmp_path: Path, mode: int) -> None:
    settings = vault_settings(tmp_path)
    build_keys(settings)
    (tmp_path / "outside" / "master.key").chmod(mode)
    with pytest.raises(MasterKeyRefused, match="0600"):
        build_keys(settings)


@pytest.mark.parametrize("inside", ["data/master.key", "data/deep/er/master.key", "x/../data/master.key"])
def test_a_master_key_among_the_data_stops_the_start(tmp_path: Path, inside: str) -> None:
    with pytest.raises(MasterKeyRefused, match="outside the data directory"):
        build_keys(vault_settings(tmp_path, master_key=f"file:{tmp_path / inside}"))


def test_a_link_does_not_hide_where_the_master_key_lies(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with pytest.raises(MasterKeyRefused, match="outside the data directory"):
        build_keys(vault_settings(tmp_path, master_key=f"file:{tmp_path / 'link' / 'master.key'}"))


def test_production_never_makes_a_master_key(tmp_path: Path) -> None:
    settings = vault_settings(
        tmp_path,
        environment="production",
        secret_key="s",
        smtp_url="smtp://mail.example.org",
        base_url="https://portal.example.org",
    )
    with pytest.raises(MasterKeyRefused, match="make one"):
        build_keys(settings)
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("content", ["", "\n", "short", "not base64 at all!", "YWJj"])
def test_a_master_key_file_of_something_else(tmp_path: Path, content: str) -> None:
    settings = vault_settings(tmp_path)
    build_keys(settings)
    (tmp_path / "outside" / "master.key").write_text(content, encoding="ascii")
    with pytest.raises(MasterKeyRefused, match="base64"):
        build_keys(settings)


def test_an_unknown_kind_of_master_key(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyRefused, match="kms"):
        build_keys(vault_settings(tmp_path, master_key="vault:/somewhere"))


def test_a_master_key_lost_while_running_is_unavailable(
    tmp_path: Path, master: LocalMaster, store: DiskKeyStore
) -> None:
    keys = KeyRing(master, store)
    (tmp_path / "outside" / "master.key").unlink()
    with pytest.raises(Unavailable):
        keys.create_case_key(CASE)


def test_a_replaced_master_key_opens_nothing(
    tmp_path: Path, master: LocalMaster, store: DiskKeyStore
) -> None:
    KeyRing(master, store).create_case_key(CASE)
    (tmp_path / "outside" / "master.key").unlink()
    master.create()
    with pytest.raises(Tampered, match="not in the file"):
        KeyRing(master, store).case_key(CASE)


def test_rotation_keeps_only_the_newest_two_master_keys(
    tmp_path: Path, master: LocalMaster, store: DiskKeyStore
) -> None:
    keys = KeyRing(master, store)
    keys.create_case_key(CASE)
    lines = []
    for _ in range(4):
        keys.rotate()
        lines.append((tmp_path / "outside" / "master.key").read_text(encoding="ascii").split())
    assert [len(kept) for kept in lines] == [2, 2, 2, 2]
    assert lines[-1][1] == lines[-2][0]
    assert (tmp_path / "outside" / "master.key").stat().st_mode & 0o777 == 0o600


def test_a_key_wrapped_during_a_rotation_is_not_lost(
    master: LocalMaster, store: DiskKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process read the old master key, and stores what it wrapped after the rotation passed by."""
    _, late = master.new_key(f"case/{CASE}")
    KeyRing(master, store).rotate()
    store.add(f"case/{CASE}", late)
    key = KeyRing(master, store).case_key(CASE).expose()
    KeyRing(master, store).rotate()
    KeyRing(master, store).rotate()
    assert KeyRing(master, store).case_key(CASE).expose() == key


def test_keys_are_cached_for_a_minute_and_no_longer(
    master: LocalMaster, store: DiskKeyStore, clock: Clock
) -> None:
    keys = KeyRing(master, store, clock=clock)
    keys.create_case_key(CASE)
    keys.case_key(CASE)
    store.remove(f"case/{CASE}")
    clock.seconds += CACHE_SECONDS - 1
    keys.case_key(CASE)
    clock.seconds += 1
    with pytest.raises(KeyMissing):
        keys.case_key(CASE)
    assert keys._cache == {}


def test_a_key_destroyed_here_is_gone_at_once(master: LocalMaster, store: DiskKeyStore) -> None:
    keys = KeyRing(master, store)
    keys.create_case_key(CASE)
    keys.case_key(CASE)
    keys.destroy_case_key(CASE)
    with pytest.raises(KeyMissing):
        keys.case_key(CASE)


def test_destroying_a_key_also_removes_what_a_killed_rotation_left(
    tmp_path: Path, master: LocalMaster, store: DiskKeyStore
) -> None:
    keys = KeyRing(master, store)
    keys.create_case_key(CASE)
    (tmp_path / "keys" / "case" / f".{CASE}.0123").write_bytes(store.get(f"case/{CASE}") or b"")
    assert store.names() == [f"case/{CASE}"]
    keys.destroy_case_key(CASE)
    assert list((tmp_path / "keys" / "case").iterdir()) == []


def test_a_full_disk_leaves_the_old_key_and_no_rest(
    tmp_path: Path, master: LocalMaster, store: DiskKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = KeyRing(master, store)
    keys.create_case_key(CASE)
    before = store.get(f"case/{CASE}")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("portal.vault.keystores.os.fsync", full)
    with pytest.raises(Unavailable):
        store.replace(f"case/{CASE}", before or b"", b"new")
    assert store.get(f"case/{CASE}") == before
    assert [path.name for path in (tmp_path / "keys" / "case").iterdir()] == [CASE]


def test_field_and_index_keys_differ(master: LocalMaster, store: DiskKeyStore) -> None:
    keys = KeyRing(master, store)
    assert keys.installation_key(FIELD).expose() != keys.installation_key(BLIND_INDEX).expose()
    assert store.names() == [BLIND_INDEX, FIELD]


@pytest.mark.parametrize("case_id", ["", "../x", "a/b", "a" * 65, "a.b", "a\n"])
def test_a_case_id_is_no_path(master: LocalMaster, store: DiskKeyStore, case_id: str) -> None:
    with pytest.raises(ValueError, match="opaque"):
        KeyRing(master, store).create_case_key(case_id)


def test_a_key_is_never_printed_copied_or_pickled() -> None:
    key = SecretKey.new()
    for text in (repr(key), str(key), f"{key}", f"{[key]}"):
        assert "hidden" in text
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(key)  # type: ignore[operator]


def forms(key: bytes) -> Iterator[str]:
    yield key.hex()
    yield repr(key)[2:-1]


def test_no_key_is_in_a_traceback_with_local_variables(tmp_path: Path) -> None:
    vault = build_vault(vault_settings(tmp_path))
    vault.create_case_key(CASE)
    sealed = vault.put(CASE, b"x")
    stored = tmp_path / "data" / "objects" / sealed.object_id[:2] / sealed.object_id
    stored.write_bytes(b"\0" * stored.stat().st_size)
    wrapped = tmp_path / "data" / "keys" / "case" / ("e" * 32)
    wrapped.write_bytes((tmp_path / "data" / "keys" / "case" / CASE).read_bytes())

    reports = []
    for act in (
        lambda: vault.open(CASE, sealed.object_id, sealed.manifest).read_all(),
        lambda: vault.open(CASE, sealed.object_id, sealed.manifest[:-9] + b'AAAAAAA"}'),
        lambda: vault.open("e" * 32, sealed.object_id, sealed.manifest),
    ):
        with pytest.raises(Tampered) as caught:
            act()
        report = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        reports.append("".join(report.format()))

    case_key = vault._keys.case_key(CASE)
    master = vault._keys._master._load()[0]  # type: ignore[attr-defined]
    for secret in (case_key, master):
        for form in forms(secret.expose()):
            assert not any(form in report for report in reports)
    assert all("Tampered" in report for report in reports)
