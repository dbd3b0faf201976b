"""Joins the command groups of the rooms under ``flask``."""

from flask import Flask

from portal.accounts import cli as accounts
from portal.audit import cli as audit
from portal.cases import cli as cases
from portal.core import cli as core
from portal.jobs import cli as jobs
from portal.packages import cli as packages
from portal.vault import cli as vault

GROUPS = (accounts, audit, cases, core, jobs, vault)


def init_app(app: Flask) -> None:
    """Register every group; packages adds its command to the group of cases."""
    for room in GROUPS:
        app.cli.add_command(room.commands)
    app.cli.add_command(jobs.worker)
    cases.commands.add_command(packages.package)
