"""The queue of cases."""

from datetime import UTC, datetime

from flask import render_template, request

from portal.core.access import requires
from portal.core.permissions import Permission
from portal.core.web import db
from portal.triage import presenters, services
from portal.triage.policies import Group
from portal.triage.repository import Place
from portal.triage.views.blueprint import blueprint


@blueprint.get("/triage")
@requires(Permission.CASE_TRIAGE)
def queue() -> str:
    """Cases by who must act, the longest unmoved first; without any name."""
    show = request.args.get("show", Group.OPEN.value)
    counts = services.counts(db())
    page = services.queue(db(), show, _place(request.args.get("after", "")))
    return render_template(
        "triage/queue.html",
        title=presenters.queue_title(show),
        groups=presenters.group_filters(counts, show),
        statuses=presenters.status_filters(counts, show),
        rows=presenters.queue_rows(page.lines),
        show=show,
        next=f"{page.next.status_changed_at.isoformat()}_{page.next.id}" if page.next else None,
    )


def _place(text: str) -> Place | None:
    """Where the page begins; anything unreadable begins at the top."""
    moment, _, case_id = text.partition("_")
    try:
        begin = datetime.fromisoformat(moment)
        return Place(begin.astimezone(UTC), case_id) if begin.tzinfo else None
    except (ValueError, OverflowError):
        return None
