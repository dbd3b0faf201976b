"""Languages of the portal."""

from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale

LANGUAGES = ("en",)


def choose_language() -> str | None:
    """The best of our languages for this browser."""
    return request.accept_languages.best_match(LANGUAGES) if has_request_context() else None


def init_app(app: Flask) -> None:
    """Set up translations and tell templates the language of the page."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=choose_language, default_timezone="UTC")
    app.jinja_env.globals["get_locale"] = get_locale
