"""The recurring work of the trail."""

from collections.abc import Mapping

from portal.audit import services
from portal.core.web import settings
from portal.jobs.services import JobContext, handler

ANCHOR_EVERY_SECONDS = 60


@handler("audit.anchor", every=ANCHOR_EVERY_SECONDS)
def anchor(context: JobContext, _: Mapping[str, str]) -> None:
    """Note the head of the chain outside the database."""
    with context.reading() as session:
        started = services.note_head(session, settings().anchors)
    if started:
        services.record(context.session, services.anchor_started())
