"""Joins sign-in to the application."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Tell the guard who is signed in."""
    app.extensions["actor_loader"] = lambda: None
