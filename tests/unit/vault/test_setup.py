"""The vault inside an application, and its commands."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from portal.vault import setup
from portal.vault.cli import commands
from portal.vault.errors import MasterKeyRefused
from portal.vault.web import current_vault
from tests.support.vault_stores import CASE, vault_settings


@pytest.fixture
def small_app(tmp_path: Path) -> Flask:
    app = Flask("small")
    app.extensions["settings"] = vault_settings(tmp_path)
    setup.init_app(app)
    app.cli.add_command(commands)
    return app


def test_vault_and_cipher_are_there(small_app: Flask) -> None:
    with small_app.app_context():
        current_vault().create_case_key(CASE)
        sealed = current_vault().put(CASE, b"x")
        assert current_vault().open(CASE, sealed.object_id, sealed.manifest).read_all() == b"x"
    cipher = small_app.extensions["field_cipher"]
    assert cipher.open(cipher.seal(b"a", b"b"), b"b") == b"a"


def test_an_unsafe_master_key_stops_the_start(small_app: Flask, tmp_path: Path) -> None:
    (tmp_path / "outside" / "master.key").chmod(0o644)
    with pytest.raises(MasterKeyRefused):
        setup.init_app(small_app)


def test_commands(small_app: Flask, tmp_path: Path) -> None:
    with small_app.app_context():
        current_vault().create_case_key(CASE)
    runner = small_app.test_cli_runner()
    assert runner.invoke(args=["vault", "check"]).output == "master key, key store and object store answer\n"
    assert "1 keys are wrapped" in runner.invoke(args=["vault", "rotate"]).output
    (tmp_path / "outside" / "master.key").unlink()
    for command in ("rotate", "check"):
        result = runner.invoke(args=["vault", command])
        assert result.exit_code == 1
        assert "master key" in result.output


def test_nothing_heavy_is_imported_to_start() -> None:
    code = "import sys, portal.vault.setup; print([m for m in ('boto3', 'botocore') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"
