"""Commands of the demonstration."""

from importlib import import_module

import click
from flask import current_app
from flask.cli import AppGroup

from portal.core import logs
from portal.core.db import Database
from portal.core.web import database, settings
from portal.demo import people
from portal.settings import DEMO_MARKER

commands = AppGroup("demo", help="Demo people and cases.")


@commands.command("load")
def load() -> None:
    """Load demo people and cases in several states; what is there already stays as it is."""
    load_all()


def load_all(base_url: str = "") -> None:
    """Migrate, mark the data directory as a demonstration, and load people and cases.

    ``base_url`` is where the portal will answer, when that is not what the settings say.
    """
    from portal.core import migrate  # noqa: PLC0415 - alembic is slow to import
    from portal.demo import cases  # noqa: PLC0415 - brings the whole house

    if settings().production:
        raise click.ClickException("Demo people are refused in production.")
    logs.configure(quiet=True)
    settings().data_dir.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(database())
    (settings().data_dir / DEMO_MARKER).touch()
    ours = settings().model_copy(update={"base_url": base_url or settings().base_url})
    for line in cases.load(database(), current_app.extensions["vault"], ours, drain=_drain):
        click.echo(line)


@commands.command("people")
def show_people() -> None:
    """Print how to sign in as each demo person, with the codes valid now."""
    if not (settings().data_dir / DEMO_MARKER).exists():
        raise click.ClickException("No demo people here: run `flask demo load` first.")
    click.echo(sign_in_table(database()))


def sign_in_table(of: Database) -> str:
    """The sign-ins as lines of text."""
    with of.session() as session:
        rows = list(people.sign_ins(session))
    lines = [f"  {row.role.value:<12}{row.email:<30}code {row.code}" for row in rows]
    return "\n".join(
        [
            f"Everybody's password: {people.password()}",
            *lines,
            "Codes change every 30 seconds: `.venv/bin/flask demo people` prints new ones.",
        ]
    )


def _drain() -> None:
    from portal.jobs import registry  # noqa: PLC0415 - only loading needs a worker here
    from portal.jobs.worker import Worker  # noqa: PLC0415

    registry.load(import_module("portal"))
    Worker(database(), current_app.app_context).drain()
