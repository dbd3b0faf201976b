"""Alembic environment: the URL or connection comes from the caller, never from a file."""

from alembic import context
from sqlalchemy import Connection

from portal import models
from portal.core.db import Base, UtcDateTime

models.load()


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write our own column types as the plain types they are stored as."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def compare_type(
    _context: object, _column: object, inspected: object, metadata_type: object, rendered: object
) -> bool | None:
    """Leave moments alone: SQLite reports them without their offset."""
    return False if isinstance(metadata_type, UtcDateTime) else None


def run(connection: Connection) -> None:
    """Migrate over this connection, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render_item,
        compare_type=compare_type,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
