"""Addresses that nobody was ever given are answered before anything looks them up."""

from flask import Flask, request

from portal.core.errors import NotFound


def refuse_nul() -> None:
    """No record has a name with a NUL in it, and PostgreSQL fails on a text that holds one."""
    if "\0" in request.path or b"%00" in request.query_string or b"\0" in request.query_string:
        raise NotFound


def init_app(app: Flask) -> None:
    """Look at every address before all other checks."""
    app.before_request(refuse_nul)
