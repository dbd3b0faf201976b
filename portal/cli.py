"""Joins the command groups of the rooms under ``flask``."""

import click
from flask import Flask
from flask.cli import with_appcontext

from portal.accounts import cli as accounts
from portal.audit import cli as audit
from portal.cases import cli as cases
from portal.core import cli as core
from portal.core.web import database, settings
from portal.demo import cli as demo
from portal.documents import cli as documents
from portal.jobs import cli as jobs
from portal.packages import cli as packages
from portal.vault import cli as vault

GROUPS = (accounts, audit, cases, core, demo, documents, jobs, vault)
DEFAULT_PORT = 8000


def init_app(app: Flask) -> None:
    """Register every group; packages adds its command to the group of cases."""
    for room in GROUPS:
        app.cli.add_command(room.commands)
    for command in (jobs.worker, up):
        app.cli.add_command(command)
    cases.commands.add_command(packages.package)


@click.command("up")
@click.option("--port", envvar="PORT", default=DEFAULT_PORT, show_default=True, help="Where to listen.")
@click.option("--demo", "with_demo", is_flag=True, help="Load demo people and cases first.")
@with_appcontext
def up(port: int, with_demo: bool) -> None:
    """Run web server and worker together until Ctrl-C."""
    from portal.core import migrate, supervisor  # noqa: PLC0415 - only this command needs them

    if not supervisor.port_is_free(port):
        raise click.ClickException(f"Port {port} is in use. Choose another: PORT=8001 make run")
    base_url = settings().base_url if settings().production else f"http://127.0.0.1:{port}"
    if with_demo:
        demo.load_all(base_url)
    else:
        migrate.upgrade(database())
    database().dispose()

    def announce() -> None:
        click.echo(f"\nThe portal is at http://127.0.0.1:{port}/\n")
        if with_demo:
            click.echo(demo.sign_in_table(database()) + "\n")

    environment = {
        "PORTAL_BASE_URL": base_url,
        "PORTAL_ENVIRONMENT": "demo" if with_demo else settings().environment,
    }
    commands = [
        supervisor.Command(each.name, each.arguments, environment)
        for each in supervisor.portal_commands(port)
    ]
    raise SystemExit(supervisor.supervise(commands, ready=supervisor.answers(port), announce=announce))
