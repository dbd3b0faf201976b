"""Joins sign-in to the application."""

from typing import Any

from flask import Flask, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from portal.accounts import sessions
from portal.accounts.paths import local_path
from portal.core import error_pages
from portal.core.access import declaration_of
from portal.core.actor import Actor
from portal.core.web import current_actor_or_none

COOKIE = "session"
SECURE_COOKIE = "__Host-session"


def load_actor() -> Actor | None:
    """The person of this request; nobody until password and second factor were given."""
    visit = sessions.current().visit
    if visit is None or visit.role is None or not visit.signed_in:
        return None
    return Actor(
        user_id=visit.user_id,
        role=visit.role,
        name=visit.name,
        email=visit.email,
        stepped_up_at=visit.stepped_up_at,
        origin=request.remote_addr,
    )


def on_csrf_error(error: CSRFError) -> Response | error_pages.Answer:
    """A form whose session has ended leads back to its page; any other forged form is refused."""
    mine = sessions.current()
    if not mine.presented or mine.broken or mine.visit is not None:
        return error_pages.on_csrf_error(error)
    flash(_("The page was open for too long, so nothing was saved. Please try again."))
    adapter = current_app.create_url_adapter(request)
    declared = declaration_of(current_app.view_functions.get(request.endpoint or ""))
    if declared and declared.permission is None and adapter and adapter.test(request.path, "GET"):
        return redirect(request.full_path.rstrip("?"), code=303)
    came_from = (request.referrer or "").removeprefix(request.host_url.rstrip("/"))
    return redirect(url_for("accounts.sign_in", next=local_path(came_from)), code=303)


def person() -> dict[str, Any]:
    """What every page shows of the person signed in."""
    actor = current_actor_or_none()
    return {
        "current_user_name": actor.name if actor else None,
        "current_role": actor.role.value if actor else None,
    }


def init_app(app: Flask) -> None:
    """Keep sessions in the database and tell the guard who is signed in."""
    app.config["SESSION_COOKIE_NAME"] = SECURE_COOKIE if app.config["SESSION_COOKIE_SECURE"] else COOKIE
    app.session_interface = sessions.DatabaseSessions(
        app.extensions["database"], app.extensions["field_cipher"]
    )
    app.extensions["actor_loader"] = load_actor
    app.context_processor(person)
    app.register_error_handler(CSRFError, on_csrf_error)
