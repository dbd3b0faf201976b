"""Pages of opinions."""

from portal.opinions.views import reading, release, signing, workspace  # noqa: F401 - they add their pages
from portal.opinions.views.blueprint import blueprint

__all__ = ["blueprint"]
