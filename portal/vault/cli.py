"""``flask vault``: commands for whoever runs the portal."""

import click
from flask.cli import AppGroup

from portal.core.errors import Unavailable
from portal.vault.errors import VaultError
from portal.vault.web import current_vault

commands = AppGroup("vault", help="Keys and stored objects.")


@commands.command("rotate")
def rotate() -> None:
    """Wrap all keys under a new master key; no object is rewritten and nobody is interrupted."""
    try:
        count = current_vault().rotate()
    except (Unavailable, VaultError) as error:
        raise click.ClickException(f"not finished, run it again: {error}") from error
    click.echo(f"{count} keys are wrapped under the new master key")


@commands.command("check")
def check() -> None:
    """Say whether master key, key store and object store can be used."""
    try:
        current_vault().check()
    except (Unavailable, VaultError) as error:
        raise click.ClickException(str(error)) from error
    click.echo("master key, key store and object store answer")
