"""Every table of the portal, for migrations and tests."""

from importlib import import_module

ROOMS = (
    "audit",
    "jobs",
    "notifications",
    "accounts",
    "cases",
    "documents",
    "messages",
    "routing",
    "packages",
    "opinions",
    "intake",
    "findings",
    "triage",
)


def load() -> None:
    """Import the models of every room that has some, so that the metadata is complete."""
    for room in ROOMS:
        try:
            import_module(f"portal.{room}.models")
        except ModuleNotFoundError as error:
            if error.name != f"portal.{room}.models":
                raise
