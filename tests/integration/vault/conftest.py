"""A local AWS, and a vault on each kind of store."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal.vault.services import Vault, build_vault
from tests.support.vault_stores import CASE, ENVIRONMENT, Aws, Raw, RawDisk, RawS3, vault_settings


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    patch = pytest.MonkeyPatch()
    for name, value in ENVIRONMENT.items():
        patch.setenv(name, value)
    running = Aws.start()
    yield running
    running.server.stop()
    patch.undo()


@dataclass
class OnStore:
    """A vault with one case, and raw access to what it stores."""

    vault: Vault
    raw: Raw


@pytest.fixture(params=["disk", "s3"])
def on(request: pytest.FixtureRequest, tmp_path: Path) -> OnStore:
    if request.param == "disk":
        vault = build_vault(vault_settings(tmp_path))
        raw: Raw = RawDisk(tmp_path / "data" / "objects")
    else:
        aws: Aws = request.getfixturevalue("aws")
        bucket = aws.bucket()
        vault = build_vault(vault_settings(tmp_path, object_store=aws.url(bucket)))
        raw = RawS3(aws.client("s3"), bucket)
    vault.create_case_key(CASE)
    return OnStore(vault, raw)
