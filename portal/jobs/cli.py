"""Commands of jobs."""

import signal
import time
from datetime import timedelta
from types import FrameType

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from portal.core.web import database
from portal.jobs import registry, services
from portal.jobs.worker import LEASE, Stopped, Worker

commands = AppGroup("jobs", help="The job queue.")
PATIENCE_SECONDS = 1.0


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due and exit.")
@click.option(
    "--lease", default=LEASE.total_seconds(), show_default=True, help="Seconds a silent worker is trusted."
)
@with_appcontext
def worker(once: bool, lease: float) -> None:
    """Do the jobs in the queue until stopped.

    The first signal lets the current job finish; a second one, a moment later, gives it back to the queue.
    """
    registry.load()
    hands = Worker(database(), current_app.app_context, lease=timedelta(seconds=lease))
    _stop_on_signals(hands)
    try:
        if once:
            click.echo(f"{hands.drain()} jobs done.")
        else:
            hands.run()
    except Stopped:
        click.echo("Stopped; the current job was given back.")


def _stop_on_signals(hands: Worker) -> None:
    asked_at: list[float] = []

    def on_signal(_: int, __: FrameType | None) -> None:
        if asked_at and time.monotonic() - asked_at[0] > PATIENCE_SECONDS:
            raise Stopped
        asked_at.append(time.monotonic())
        hands.stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)


@commands.command("counts")
def counts() -> None:
    """How many jobs stand in each state."""
    with database().session() as session:
        for state, count in services.counts(session).items():
            click.echo(f"{state.value} {count}")
