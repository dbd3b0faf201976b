"""Bring a database to the tables of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from portal.core.db import WRITES, Database

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def config() -> Config:
    """Alembic's configuration, without any file or address."""
    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS))
    alembic.set_main_option("path_separator", "os")
    return alembic


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply every migration up to ``revision``; all or none of them."""
    alembic = config()
    with database.engine.execution_options(**{WRITES: True}).begin() as connection:
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, revision)


def revise(database: Database, message: str) -> None:
    """Write a migration from the difference between the models and this migrated database."""
    alembic = config()
    with database.engine.connect() as connection:
        alembic.attributes["connection"] = connection
        command.revision(alembic, message, autogenerate=True)


def is_current(database: Database) -> bool:
    """Whether the database stands at the newest migration."""
    with database.engine.connect() as connection:
        stands_at = MigrationContext.configure(connection).get_current_heads()
    return set(stands_at) == set(ScriptDirectory.from_config(config()).get_heads())
