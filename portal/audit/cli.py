"""Commands of audit."""

import sys

import click
from flask.cli import AppGroup

from portal.audit import services
from portal.audit.anchor import AnchorDamaged
from portal.core.web import database, settings

commands = AppGroup("audit", help="The audit trail.")
SHOWN_PROBLEMS = 50


@commands.command("verify")
def verify() -> None:
    """Prove that no row of the trail was changed, removed, moved or cut off; exit code 1 if one was."""
    try:
        with database().session() as session:
            verdict = services.verify(session, settings().anchors)
    except AnchorDamaged as error:
        click.echo(f"The audit trail cannot be proved: {error}.", err=True)
        sys.exit(1)
    if verdict.problems:
        click.echo("The audit trail is NOT intact:", err=True)
        for problem in verdict.problems[:SHOWN_PROBLEMS]:
            click.echo(f"  {problem}", err=True)
        more = len(verdict.problems) - SHOWN_PROBLEMS
        if more > 0:
            click.echo(f"  and {more} more", err=True)
        sys.exit(1)
    click.echo(f"The audit trail is intact: {verdict.rows} rows, {verdict.anchors} anchors.")
    if not verdict.anchors:
        click.echo(
            "There is no anchor yet; the worker notes one every minute (flask audit anchor does it now)."
        )


@commands.command("anchor")
def anchor() -> None:
    """Note the head of the trail in the anchor file now."""
    with database().session() as session:
        started = services.note_head(session, settings().anchors)
    if started:
        with database().session(write=True) as session:
            services.record(session, services.anchor_started())
            session.commit()
    click.echo(f"Noted in {settings().anchors}.")
