"""Commands about uploaded files."""

import click
from flask.cli import AppGroup

from portal.core.web import database
from portal.documents import services

commands = AppGroup("documents", help="Uploaded files.")


@commands.command("sweep")
def sweep() -> None:
    """Forget uploads that began more than a day ago and never arrived."""
    with database().session(write=True) as session:
        count = services.sweep(session)
        session.commit()
    click.echo(f"{count} abandoned uploads removed.")
