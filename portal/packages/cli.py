"""The command that writes a case's package to a folder."""

import os
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from portal.audit import services as audit
from portal.cases import services as cases
from portal.core.actor import Actor
from portal.core.db import Database
from portal.packages import services
from portal.packages.services import SealedEdition
from portal.vault.web import current_vault


@click.command("package")
@click.argument("reference")
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to; made when it is not there.",
)
@with_appcontext
def package(reference: str, out: Path) -> None:
    """Write the newest sealed package of REFERENCE into the folder OUT, and print the files."""
    sealed = _find(reference)
    for part, chunks in services.read_parts(current_vault(), sealed):
        target = out / part.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = target.with_name(f".{target.name}.part")
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            for chunk in chunks:
                file.write(chunk)
        unfinished.replace(target)
        click.echo(f"{target}\t{part.size}\t{part.sha256}")


def _find(reference: str) -> SealedEdition:
    database: Database = current_app.extensions["database"]
    with database.session(write=True) as session:
        case = cases.by_reference(session, reference)
        if case is None:
            raise click.ClickException(f"There is no case {reference}.")
        newest = services.current(session, case)
        if newest is None:
            raise click.ClickException(f"The case {reference} has no sealed package yet.")
        sealed = services.sealed_edition(session, case, newest)
        event = Actor.system().did("package.exported", case_id=case.id, subject=newest.id)
        audit.record(session, event)
        session.commit()
    return sealed
