"""Settings are safe by default and refuse a half-configured production."""

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from portal.settings import DEMO_MARKER, Settings

PRODUCTION = {
    "PORTAL_ENVIRONMENT": "production",
    "PORTAL_SECRET_KEY": "s",
    "PORTAL_MASTER_KEY": "kms:alias/portal",
    "PORTAL_SMTP_URL": "smtp://mail.example:25",
    "PORTAL_BASE_URL": "https://opinions.example",
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*PRODUCTION, "PORTAL_DATABASE_URL"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "data"))


def _set(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("missing", ["PORTAL_SECRET_KEY", "PORTAL_MASTER_KEY", "PORTAL_SMTP_URL"])
def test_production_refuses_to_guess(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    _set(monkeypatch, {name: value for name, value in PRODUCTION.items() if name != missing})
    with pytest.raises(ValidationError, match=missing):
        Settings.from_env()


def test_production_needs_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, {**PRODUCTION, "PORTAL_BASE_URL": "http://opinions.example"})
    with pytest.raises(ValidationError, match="https"):
        Settings.from_env()


def test_production_answers_to_its_own_name_only(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, PRODUCTION)
    assert Settings.from_env().trusted_hosts == ["opinions.example"]


def test_without_settings_the_portal_answers_this_machine_only() -> None:
    settings = Settings.from_env()
    assert not settings.production
    assert not settings.demo
    assert settings.trusted_hosts == ["localhost", "127.0.0.1", "[::1]"]


def test_the_made_secret_is_kept_outside_the_data_and_private(tmp_path: Path) -> None:
    first, second = Settings.from_env(), Settings.from_env()
    assert first.secret_key == second.secret_key
    path = tmp_path / "data.secret.key"
    assert len(path.read_text()) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_data_directory_with_demo_people_stays_a_demonstration(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / DEMO_MARKER).touch()
    assert Settings.from_env().demo


def test_settings_cannot_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings.from_env().smtp_url = "smtp://elsewhere"  # type: ignore[misc]
