"""Background work on documents."""

from collections.abc import Mapping

import structlog

from portal.documents import processing, services
from portal.jobs.services import JobContext, handler
from portal.vault.web import current_vault

log = structlog.get_logger()


@handler("documents.check")
def check(context: JobContext, payload: Mapping[str, str]) -> None:
    """Parse a file in full, render its pages and decide whether it can be used."""
    processing.check(context, current_vault(), payload["document"])


@handler("documents.discard")
def discard(context: JobContext, payload: Mapping[str, str]) -> None:
    """Delete objects whose rows are gone."""
    vault = current_vault()
    for object_id in payload["objects"].split(","):
        context.fence()
        vault.delete(object_id)


@handler("documents.sweep", every=3600)
def sweep(context: JobContext, _: Mapping[str, str]) -> None:
    """Forget uploads that never arrived."""
    count = services.sweep(context.session)
    if count:
        log.info("upload.swept", count=count)
