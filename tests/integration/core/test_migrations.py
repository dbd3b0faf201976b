"""Migrated databases are what the models say, on both engines, and go back to nothing."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from portal import models
from portal.core import migrate
from portal.core.db import WRITES, Base, Database, UtcDateTime


@pytest.fixture
def migrated(database_url: str) -> Database:
    models.load()
    database = Database(database_url)
    migrate.upgrade(database)
    yield database
    database.dispose()


def _same_moment(_c: object, _i: object, _t: object, metadata_type: object, _r: object) -> bool | None:
    return False if isinstance(metadata_type, UtcDateTime) else None


def test_models_and_migrations_agree(migrated: Database) -> None:
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _same_moment})
        assert compare_metadata(context, Base.metadata) == []


def test_the_database_knows_that_it_is_current(migrated: Database) -> None:
    assert migrate.is_current(migrated)


def test_a_second_upgrade_changes_nothing(migrated: Database) -> None:
    migrate.upgrade(migrated)
    assert migrate.is_current(migrated)


def test_the_trail_cannot_be_changed_in_a_migrated_database(migrated: Database) -> None:
    with migrated.engine.execution_options(**{WRITES: True}).begin() as connection:
        connection.execute(
            text(
                "insert into audit_trail (seq, at, actor_role, action, prev_hash, hash)"
                " values (1, '2026-01-01 00:00:00+00', 'system', 'a', '', 'x')"
            )
        )
    with pytest.raises(DatabaseError, match="append-only"):  # noqa: SIM117 - the connection must end inside
        with migrated.engine.execution_options(**{WRITES: True}).begin() as connection:
            connection.execute(text("delete from audit_trail"))


def test_migrations_can_be_taken_back(database_url: str) -> None:
    models.load()
    database = Database(database_url)
    migrate.upgrade(database)
    with database.engine.execution_options(**{WRITES: True}).begin() as connection:
        config = migrate.config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    database.dispose()
