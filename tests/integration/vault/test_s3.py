"""What only S3 can do: versions, lost answers, being down."""

import socket
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError, ResponseStreamingError

from portal.core.errors import Unavailable
from portal.vault.services import Vault, build_vault
from tests.support.vault_stores import CASE, STORED, Aws, vault_settings

MIB = 1 << 20


@pytest.fixture
def bucket(aws: Aws) -> str:
    return aws.bucket()


@pytest.fixture
def vault(aws: Aws, bucket: str, tmp_path: Path) -> Vault:
    vault = build_vault(vault_settings(tmp_path, object_store=aws.url(bucket)))
    vault.create_case_key(CASE)
    return vault


def stored_keys(aws: Aws, bucket: str) -> list[str]:
    return [entry["Key"] for entry in aws.client("s3").list_objects_v2(Bucket=bucket).get("Contents", ())]


def test_a_rolled_back_object_does_not_reach_readers(aws: Aws, tmp_path: Path) -> None:
    bucket = aws.bucket(versioned=True)
    vault = build_vault(vault_settings(tmp_path, object_store=aws.url(bucket)))
    vault.create_case_key(CASE)
    sealed = vault.put(CASE, b"as written")
    aws.client("s3").put_object(Bucket=bucket, Key=sealed.object_id, Body=b"something older" * 3)
    assert vault.open(CASE, sealed.object_id, sealed.manifest).read_all() == b"as written"


def test_a_prefix_keeps_objects_together(aws: Aws, bucket: str, tmp_path: Path) -> None:
    settings = vault_settings(tmp_path, object_store=f"{aws.url(bucket)}&prefix=portal/a/")
    vault = build_vault(settings)
    vault.create_case_key(CASE)
    sealed = vault.put(CASE, b"x")
    assert stored_keys(aws, bucket) == [f"portal/a/{sealed.object_id}"]
    assert vault.open(CASE, sealed.object_id, sealed.manifest).read_all() == b"x"


@pytest.mark.parametrize("size", [100, 20 * MIB])
def test_a_lost_answer_after_storing_is_no_failure(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    api: Any = vault._store._client.api  # type: ignore[attr-defined]
    for call in ("put_object", "complete_multipart_upload"):
        monkeypatch.setattr(api, call, stored_but_no_answer(getattr(api, call)))
    sealed = vault.put(CASE, b"x" * size)
    assert vault.open(CASE, sealed.object_id, sealed.manifest).read_all() == b"x" * size


def stored_but_no_answer(call: Any) -> Any:
    def lost(**arguments: Any) -> None:
        call(**arguments)
        raise ConnectionClosedError(endpoint_url="http://store")

    return lost


@pytest.mark.parametrize("size", [100, 20 * MIB])
def test_a_lost_request_is_a_failure(vault: Vault, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    api: Any = vault._store._client.api  # type: ignore[attr-defined]

    def never_sent(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="http://store")

    for call in ("put_object", "complete_multipart_upload"):
        monkeypatch.setattr(api, call, never_sent)
    with pytest.raises(Unavailable):
        vault.put(CASE, b"x" * size)


@pytest.mark.parametrize("failing_part", [1, 2, 3])
def test_a_part_that_fails_leaves_nothing(
    aws: Aws, vault: Vault, bucket: str, monkeypatch: pytest.MonkeyPatch, failing_part: int
) -> None:
    api: Any = vault._store._client.api  # type: ignore[attr-defined]
    upload_part = api.upload_part

    def upload(**arguments: Any) -> Any:
        if arguments["PartNumber"] == failing_part:
            raise ConnectionClosedError(endpoint_url="http://store")
        return upload_part(**arguments)

    monkeypatch.setattr(api, "upload_part", upload)
    with pytest.raises(Unavailable):
        vault.put(CASE, bytes(23 * MIB))
    assert stored_keys(aws, bucket) == []
    assert "Uploads" not in aws.client("s3").list_multipart_uploads(Bucket=bucket)


def test_a_read_that_breaks_is_tried_once_more(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = vault.put(CASE, b"x" * 100)
    api: Any = vault._store._client.api  # type: ignore[attr-defined]
    get_object, breaks = api.get_object, [True, False, True, True]

    class Broken:
        def read(self) -> bytes:
            raise ResponseStreamingError(error="cut")

    def get(**arguments: Any) -> Any:
        answer = get_object(**arguments)
        return answer | {"Body": Broken()} if breaks.pop(0) else answer

    monkeypatch.setattr(api, "get_object", get)
    reader = vault.open(CASE, sealed.object_id, sealed.manifest)
    assert reader.read_all() == b"x" * 100
    with pytest.raises(Unavailable):
        reader.read_all()


def test_a_store_that_is_down(aws: Aws, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"s3://bucket?endpoint=http://127.0.0.1:{unused.getsockname()[1]}"
        vault = build_vault(vault_settings(tmp_path, object_store=nowhere))
        vault.create_case_key(CASE)
        for size in (1, 20 * MIB):
            with pytest.raises(Unavailable) as caught:
                vault.put(CASE, bytes(size))
            assert "store" in caught.value.message
        with pytest.raises(Unavailable):
            vault.check()
        with pytest.raises(Unavailable):
            vault.delete("a" * 32)


def test_a_bucket_that_does_not_exist(aws: Aws, tmp_path: Path) -> None:
    vault = build_vault(vault_settings(tmp_path, object_store=aws.url("no-such-bucket")))
    vault.create_case_key(CASE)
    with pytest.raises(Unavailable):
        vault.put(CASE, b"x")
    with pytest.raises(Unavailable):
        vault.check()


def test_parts_are_equal_and_large_enough_for_s3(
    aws: Aws, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    api: Any = vault._store._client.api  # type: ignore[attr-defined]
    upload_part, sizes = api.upload_part, {}

    def upload(**arguments: Any) -> Any:
        sizes[arguments["PartNumber"]] = len(arguments["Body"])
        return upload_part(**arguments)

    monkeypatch.setattr(api, "upload_part", upload)
    vault.put(CASE, bytes(17 * MIB))
    assert sizes == {1: 8 * STORED, 2: 8 * STORED, 3: STORED}
