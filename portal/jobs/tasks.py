"""The queue's own recurring work."""

from collections.abc import Mapping
from datetime import timedelta

from portal.jobs import repository
from portal.jobs.context import JobContext
from portal.jobs.registry import handler

KEEP_DONE = timedelta(days=7)


@handler("jobs.cleanup", every=3600)
def cleanup(context: JobContext, _: Mapping[str, str]) -> None:
    """Forget jobs that were done a week ago."""
    repository.delete_done(context.session, KEEP_DONE)
