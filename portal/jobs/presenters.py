"""The queue as the administrator's page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import format_datetime
from flask_babel import gettext as _

from portal.jobs.models import Job, JobState


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadJob:
    """A job that was given up."""

    id: str
    kind: str
    attempts: int
    error: str
    at: str


def counts(found: Mapping[JobState, int]) -> list[tuple[str, int]]:
    """Words for each state and how many jobs stand in it."""
    names = {
        JobState.QUEUED: _("Waiting"),
        JobState.RUNNING: _("Running"),
        JobState.DONE: _("Done in the last 7 days"),
        JobState.DEAD: _("Given up"),
    }
    return [(names[state], found[state]) for state in JobState]


def dead(found: Sequence[Job]) -> list[DeadJob]:
    """Dead jobs in the order found."""
    return [
        DeadJob(
            id=job.id,
            kind=job.kind,
            attempts=job.attempts,
            error=job.last_error or "",
            at=str(format_datetime(job.finished_at, "d MMM y, HH:mm:ss")),
        )
        for job in found
    ]
