"""Gives the application its vault and the cipher of its encrypted columns."""

from flask import Flask

from portal.settings import Settings
from portal.vault.fields import ColumnCipher
from portal.vault.services import build_keys, build_vault


def init_app(app: Flask) -> None:
    """Refuse to start with an unsafe master key; reach for no store yet."""
    settings: Settings = app.extensions["settings"]
    keys = build_keys(settings)
    app.extensions["vault"] = build_vault(settings, keys)
    app.extensions["field_cipher"] = ColumnCipher(keys)
