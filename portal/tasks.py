"""Every kind of job the worker knows."""

from importlib import import_module

ROOMS = ("audit", "notifications", "accounts", "documents", "packages", "opinions", "routing", "intake")


def load() -> None:
    """Import the tasks of every room that has some, so that their handlers are known."""
    for room in ROOMS:
        try:
            import_module(f"portal.{room}.tasks")
        except ModuleNotFoundError as error:
            if error.name != f"portal.{room}.tasks":
                raise
