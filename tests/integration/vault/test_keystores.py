"""Key stores and master keys: every pair of them."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.core.errors import Unavailable
from portal.settings import Settings
from portal.vault.errors import KeyMissing, Tampered, VaultError
from portal.vault.keys import KeyRing
from portal.vault.keystores import KeyStore
from portal.vault.services import build_keys, build_vault, field_cipher
from tests.support.vault_stores import CASE, Aws, vault_settings

OTHER = "f" * 32


def kms_key(aws: Aws) -> str:
    key: str = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    return key


@pytest.fixture(params=["disk", "s3"])
def key_store(request: pytest.FixtureRequest) -> str:
    if request.param == "disk":
        return "disk:"
    aws: Aws = request.getfixturevalue("aws")
    return f"{aws.url(aws.bucket())}&prefix=keys/"


@pytest.fixture(params=["file", "kms"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, key_store: str) -> Settings:
    if request.param == "file":
        return vault_settings(tmp_path, key_store=key_store)
    aws: Aws = request.getfixturevalue("aws")
    master = f"kms:{kms_key(aws)}?endpoint={aws.endpoint}"
    return vault_settings(tmp_path, key_store=key_store, master_key=master)


def store_of(keys: KeyRing) -> KeyStore:
    return keys._store


def test_another_process_reads_what_this_one_wrote(settings: Settings) -> None:
    one, two = build_vault(settings), build_vault(settings)
    one.create_case_key(CASE)
    sealed = one.put(CASE, b"shared")
    assert two.open(CASE, sealed.object_id, sealed.manifest).read_all() == b"shared"
    two.create_case_key(CASE)
    assert build_vault(settings).open(CASE, sealed.object_id, sealed.manifest).read_all() == b"shared"


def test_a_wrapped_key_opens_only_under_its_own_name(settings: Settings) -> None:
    keys = build_keys(settings)
    keys.create_case_key(CASE)
    wrapped = store_of(keys).get(f"case/{CASE}")
    assert wrapped is not None
    store_of(keys).add(f"case/{OTHER}", wrapped)
    with pytest.raises(Tampered):
        keys.case_key(OTHER)


def test_an_edited_wrapped_key_is_refused(settings: Settings) -> None:
    keys = build_keys(settings)
    keys.create_case_key(CASE)
    wrapped = store_of(keys).get(f"case/{CASE}") or b""
    store_of(keys).replace(f"case/{CASE}", wrapped, wrapped[:-1] + bytes([wrapped[-1] ^ 1]))
    with pytest.raises(Tampered):
        keys.case_key(CASE)


def test_a_destroyed_key_is_gone(settings: Settings) -> None:
    vault = build_vault(settings)
    vault.create_case_key(CASE)
    sealed = vault.put(CASE, b"x")
    vault.destroy_case_key(CASE)
    vault.destroy_case_key(CASE)
    with pytest.raises(KeyMissing):
        vault.open(CASE, sealed.object_id, sealed.manifest)


def test_columns_are_readable_by_every_process(settings: Settings) -> None:
    one, two = field_cipher(settings), field_cipher(settings)
    assert two.open(one.seal(b"Ada", b"users|name|1"), b"users|name|1") == b"Ada"
    assert one.blind_index("email", "a@b.org") == two.blind_index("email", "a@b.org")


def test_rotation_keeps_every_key_and_object(settings: Settings) -> None:
    vault, cipher = build_vault(settings), field_cipher(settings)
    vault.create_case_key(CASE)
    vault.create_case_key(OTHER)
    sealed = vault.put(CASE, b"before")
    column, index = cipher.seal(b"Ada", b"aad"), cipher.blind_index("email", "a@b.org")
    reading = vault.open(CASE, sealed.object_id, sealed.manifest)
    store = store_of(vault._keys)
    before = {name: store.get(name) for name in store.names()}

    assert vault.rotate() == 4

    after = {name: store.get(name) for name in store.names()}
    assert before.keys() == after.keys()
    assert all(before[name] != after[name] for name in before)
    assert reading.read_all() == b"before"
    fresh, fresh_cipher = build_vault(settings), field_cipher(settings)
    assert fresh.open(CASE, sealed.object_id, sealed.manifest).read_all() == b"before"
    assert fresh_cipher.open(column, b"aad") == b"Ada"
    assert fresh_cipher.blind_index("email", "a@b.org") == index
    assert vault.rotate() == 4
    assert build_vault(settings).open(CASE, sealed.object_id, sealed.manifest).read_all() == b"before"


def test_rotation_does_not_bring_a_destroyed_key_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = build_vault(settings)
    vault.create_case_key(CASE)
    master = vault._keys._master
    rewrap = master.rewrap

    def destroyed_meanwhile(name: str, wrapped: bytes) -> bytes:
        build_vault(settings).destroy_case_key(CASE)
        return rewrap(name, wrapped)

    monkeypatch.setattr(master, "rewrap", destroyed_meanwhile)
    assert vault.rotate() == 0
    assert store_of(vault._keys).names() == []


def test_a_key_made_twice_at_once_is_one_key(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = build_keys(settings), build_keys(settings)
    new_key, used = one._master.new_key, []

    def somebody_was_first(name: str) -> Any:
        two.create_case_key(CASE)
        used.append(two.case_key(CASE).expose())
        return new_key(name)

    monkeypatch.setattr(one._master, "new_key", somebody_was_first)
    one.create_case_key(CASE)
    assert [one.case_key(CASE).expose()] == used


def test_everything_answers(settings: Settings) -> None:
    build_vault(vault_settings(settings.data_dir, key_store=settings.key_store)).check()
    build_keys(settings).check()


def test_kms_sees_only_wrapped_keys_and_opaque_names(aws: Aws, tmp_path: Path) -> None:
    settings = vault_settings(tmp_path, master_key=f"kms:{kms_key(aws)}?endpoint={aws.endpoint}")
    vault = build_vault(settings)
    api = vault._keys._master._client.api  # type: ignore[attr-defined]
    sent: list[Any] = []
    api.meta.events.register("before-call.kms.*", lambda params, **_: sent.append(params["body"]))
    vault.create_case_key(CASE)
    vault.put(CASE, b"x")
    vault.rotate()
    everything = b"".join(body if isinstance(body, bytes) else body.encode() for body in sent)
    key = vault._keys.case_key(CASE).expose()
    assert f"case/{CASE}".encode() in everything
    assert key not in everything
    assert base64.b64encode(key) not in everything


def test_kms_down_is_unavailable(tmp_path: Path, aws: Aws) -> None:
    settings = vault_settings(tmp_path, master_key="kms:some-key?endpoint=http://127.0.0.1:9")
    vault = build_vault(settings)
    with pytest.raises(Unavailable):
        vault.create_case_key(CASE)
    with pytest.raises(Unavailable):
        vault.check()


def test_key_store_down_is_unavailable(tmp_path: Path, aws: Aws) -> None:
    vault = build_vault(vault_settings(tmp_path, key_store="s3://keys?endpoint=http://127.0.0.1:9"))
    calls: list[Callable[[str], object]] = [vault.create_case_key, vault.destroy_case_key, vault.write]
    for call in calls:
        with pytest.raises(Unavailable):
            call(CASE)


def test_a_versioned_key_bucket_is_no_place_to_destroy_keys(aws: Aws, tmp_path: Path) -> None:
    bucket = aws.bucket(versioned=True)
    vault = build_vault(vault_settings(tmp_path, key_store=aws.url(bucket)))
    vault.create_case_key(CASE)
    with pytest.raises(VaultError, match="versions"):
        vault.destroy_case_key(CASE)
