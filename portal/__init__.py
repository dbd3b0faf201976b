"""The second-opinion portal: composition root, nothing else."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from portal.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Build the WSGI application from ``settings``, or from the environment."""
    from portal.compose import build  # noqa: PLC0415 - importing a room must not import the whole house

    return build(ROOT, settings)
