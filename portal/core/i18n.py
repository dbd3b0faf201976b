"""Languages of the portal."""

from functools import lru_cache

from babel import Locale
from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

LANGUAGES = ("en",)


def choose_language() -> Locale | None:
    """The best of our languages for this browser."""
    return best_language(request.headers.get("Accept-Language", "")) if has_request_context() else None


@lru_cache(256)
def best_language(header: str) -> Locale:
    """The best of our languages for an ``Accept-Language`` header; browsers send few different ones."""
    accepted = parse_accept_header(header, LanguageAccept)
    return Locale.parse(accepted.best_match(LANGUAGES, default=LANGUAGES[0]))


def init_app(app: Flask) -> None:
    """Set up translations and tell templates the language of the page."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "en")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=choose_language, default_timezone="UTC")
    app.jinja_env.globals["get_locale"] = get_locale
