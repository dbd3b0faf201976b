"""Pages of intake."""

from portal.intake.views import access, entries, history, home, sending, tasks  # noqa: F401 - they add their pages
from portal.intake.views.blueprint import blueprint

__all__ = ["blueprint"]
