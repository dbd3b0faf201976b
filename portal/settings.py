"""Settings, read once from the environment; every default is safe or refused in production."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEMO_MARKER = "demonstration"
MIB = 1024 * 1024
GIB = 1024 * MIB


class Settings(BaseSettings):
    """What the operator decides. Each field is the variable ``PORTAL_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", frozen=True, extra="ignore")

    environment: Literal["production", "development", "demo", "test"] = "development"
    data_dir: Path = Path("var")
    database_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    secret_key: SecretStr = SecretStr("")

    object_store: str = "disk:"
    key_store: str = "disk:"
    master_key: str = ""

    smtp_url: str = ""
    mail_from: str = "portal@localhost"

    anchor_dir: Path | None = None

    max_file_bytes: int = Field(default=2 * GIB, gt=0)
    max_case_bytes: int = Field(default=10 * GIB, gt=0)
    max_case_files: int = Field(default=500, gt=0)
    trusted_proxies: int = Field(default=0, ge=0)

    @classmethod
    def from_env(cls) -> Self:
        """The settings of this process; outside production a missing secret key is made and kept."""
        settings = cls()
        if settings.production or settings.secret_key.get_secret_value():
            return settings
        return settings.model_copy(update={"secret_key": SecretStr(_kept_secret(settings.data_dir))})

    @model_validator(mode="before")
    @classmethod
    def remember_demo(cls, values: dict[str, Any]) -> dict[str, Any]:
        """A data directory into which demo people were loaded stays a demonstration."""
        marker = Path(values.get("data_dir", cls.model_fields["data_dir"].default)) / DEMO_MARKER
        if "environment" not in values and marker.exists():
            return {**values, "environment": "demo"}
        return values

    @property
    def trusted_hosts(self) -> list[str]:
        """Host names the portal answers to: its own, or this machine only outside production."""
        return (
            [urlsplit(self.base_url).hostname or ""]
            if self.production
            else ["localhost", "127.0.0.1", "[::1]"]
        )

    @property
    def demo(self) -> bool:
        """Whether demo people, the mail page and the banner exist."""
        return self.environment == "demo"

    @property
    def production(self) -> bool:
        """Whether the strict rules of a real installation hold."""
        return self.environment == "production"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL: PostgreSQL as given, or the embedded SQLite file."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'portal.sqlite'}"

    @property
    def anchors(self) -> Path:
        """Where the head of the audit trail is noted; best on another disk than the database."""
        return self.anchor_dir or self.data_dir / "anchor"

    @model_validator(mode="after")
    def refuse_unsafe_production(self) -> Self:
        """Production needs its secrets, TLS and a mail server to be named; nothing is guessed."""
        if not self.production:
            return self
        missing = [
            name
            for name, value in (
                ("PORTAL_SECRET_KEY", self.secret_key.get_secret_value()),
                ("PORTAL_MASTER_KEY", self.master_key),
                ("PORTAL_SMTP_URL", self.smtp_url),
            )
            if not value
        ]
        if missing:
            raise ValueError(f"production needs {', '.join(missing)}")
        if not self.base_url.startswith("https://"):
            raise ValueError("production needs PORTAL_BASE_URL to start with https://")
        return self


def _kept_secret(data_dir: Path) -> str:
    """The secret in the file beside the data directory; made on first use, readable by its owner only."""
    directory = data_dir.resolve()
    path = directory.with_name(f"{directory.name}.secret.key")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, secrets.token_hex(32).encode())
        os.close(descriptor)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="ascii")
