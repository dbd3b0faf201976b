"""Commands about the installation itself."""

import click
from flask.cli import AppGroup

from portal.core.web import database

commands = AppGroup("db", help="The database.")


@commands.command("upgrade")
def upgrade() -> None:
    """Bring the tables to this version of the portal."""
    from portal.core import migrate  # noqa: PLC0415 - alembic is slow to import

    migrate.upgrade(database())
    click.echo("The database is up to date.")


@commands.command("revise")
@click.argument("message")
def revise(message: str) -> None:
    """Write a migration from what the models say and this database lacks."""
    from portal.core import migrate  # noqa: PLC0415 - alembic is slow to import

    migrate.revise(database(), message)
