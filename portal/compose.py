"""Which parts make the application, in the order in which they are joined."""

from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import cli
from portal.accounts import setup as accounts_setup
from portal.accounts import views as accounts_views
from portal.audit import views as audit_views
from portal.core import (
    addresses,
    assets,
    error_pages,
    form_tokens,
    fragments,
    guard,
    headers,
    i18n,
    logs,
    web,
)
from portal.core.db import Database
from portal.core.turns import Turns
from portal.documents import setup as documents_setup
from portal.documents import views as documents_views
from portal.intake import views as intake_views
from portal.jobs import views as jobs_views
from portal.messages import views as messages_views
from portal.notifications import views as notifications_views
from portal.opinions import views as opinions_views
from portal.packages import views as packages_views
from portal.routing import views as routing_views
from portal.settings import Settings
from portal.triage import views as triage_views
from portal.vault import setup as vault_setup

VIEWS = (
    accounts_views,
    intake_views,
    documents_views,
    messages_views,
    triage_views,
    routing_views,
    packages_views,
    opinions_views,
    audit_views,
    notifications_views,
    jobs_views,
)


def build(root: Path, settings: Settings | None = None) -> Flask:
    """Join settings, database, vault, guards and rooms into one application."""
    settings = settings or Settings.from_env()
    logs.configure(quiet=settings.demo)
    app = Flask(
        "portal",
        root_path=str(root),
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    _configure(app, settings)
    vault_setup.init_app(app)
    app.extensions["database"] = Database(settings.database, app.extensions["field_cipher"])
    for part in (addresses, web, i18n, headers, error_pages, assets, fragments):
        part.init_app(app)
    CSRFProtect(app)
    form_tokens.init_app(app)
    accounts_setup.init_app(app)
    documents_setup.init_app(app)
    guard.init_app(app)
    for room in VIEWS:
        app.register_blueprint(room.blueprint)
    cli.init_app(app)
    app.wsgi_app = Turns(app.wsgi_app)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        TESTING=settings.environment == "test",
        TRUSTED_HOSTS=settings.trusted_hosts,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(Path(app.root_path) / "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["settings"] = settings
