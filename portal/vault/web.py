"""The vault of the running application."""

from typing import cast

from flask import current_app

from portal.vault.services import Vault


def current_vault() -> Vault:
    """The vault; in views, tasks and commands alike."""
    return cast(Vault, current_app.extensions["vault"])
