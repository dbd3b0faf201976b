"""Commands of cases: references and statuses only, never what a case says."""

import click
from flask.cli import AppGroup

from portal.cases import policies, services
from portal.cases.models import CaseStatus
from portal.core.web import database

commands = AppGroup("cases", help="Cases, by reference.")


@commands.command("list")
@click.option("--sealed", is_flag=True, help="Only cases whose package was sealed.")
@click.option("--state", type=click.Choice([status.value for status in CaseStatus]), help="Only this status.")
def list_cases(sealed: bool, state: str | None) -> None:
    """Print one case a line: reference, then status."""
    wanted = {CaseStatus(state)} if state else set(CaseStatus)
    if sealed:
        wanted &= policies.SEALED
    with database().session() as session:
        for case in services.queue(session, sorted(wanted), limit=None):
            click.echo(f"{case.reference}\t{case.status}")


@commands.command("statuses")
def statuses() -> None:
    """Print the table of statuses as a Mermaid diagram, as kept in docs/case-statuses.md."""
    click.echo(policies.diagram(), nl=False)
