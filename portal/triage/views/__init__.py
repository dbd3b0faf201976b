"""Pages of triage: the queue, the desk of one case, the choice of its reviewer."""

from portal.triage.views import desk, offers, queue, steps  # noqa: F401 - they add their pages
from portal.triage.views.blueprint import blueprint

__all__ = ["blueprint"]
