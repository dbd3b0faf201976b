"""Settings, read once from the environment; every default is safe or refused in production."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024
GIB = 1024 * MIB


class Settings(BaseSettings):
    """What the operator decides. Each field is the variable ``PORTAL_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", frozen=True, extra="ignore")

    environment: Literal["production", "development", "demo", "test"] = "production"
    data_dir: Path = Path("var")
    database_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    secret_key: SecretStr = SecretStr("")

    object_store: str = "disk:"
    key_store: str = "disk:"
    master_key: str = ""

    smtp_url: str = ""
    mail_from: str = "portal@localhost"

    max_file_bytes: int = Field(default=2 * GIB, gt=0)
    max_case_bytes: int = Field(default=10 * GIB, gt=0)
    max_case_files: int = Field(default=500, gt=0)
    trusted_proxies: int = Field(default=0, ge=0)

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
