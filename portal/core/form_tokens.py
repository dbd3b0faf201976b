"""The anti-forgery token of forms, signed once for each session instead of once for each page.

Flask-WTF signs the session's secret anew on every page with a form, and every page of somebody
signed in has one. The signature says nothing about the page, so the same one serves the whole session.
"""

from functools import lru_cache

from flask import Flask, current_app, session
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer

FIELD, SALT = "csrf_token", "wtf-csrf-token"
KEPT = 4096


@lru_cache(maxsize=KEPT)
def _signed(key: str, secret: str) -> str:
    return str(URLSafeTimedSerializer(key, salt=SALT).dumps(secret))


def form_token() -> str:
    """The token a form of this session carries; the first one is made by Flask-WTF."""
    secret, key = session.get(FIELD), current_app.secret_key
    return _signed(str(key), secret) if isinstance(secret, str) else str(generate_csrf())


def init_app(app: Flask) -> None:
    """Give templates the token; after ``CSRFProtect``, whose own function it replaces."""
    app.context_processor(lambda: {"csrf_token": form_token})
