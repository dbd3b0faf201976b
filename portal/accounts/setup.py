"""Joins sign-in to the application."""

from typing import Any

from flask import Flask, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import sessions
from portal.accounts.paths import local_path
from portal.core.access import declaration_of
from portal.core.actor import Actor
from portal.core.web import SAFE_METHODS, current_actor_or_none

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


def ask_to_sign_in_again() -> Response | None:
    """A form sent after its session ended leads back to its page, with a word about what happened."""
    if request.method in SAFE_METHODS:
        return None
    mine = sessions.current()
    if not mine.presented or mine.visit is not None or current_actor_or_none() is not None:
        return None
    declared = declaration_of(current_app.view_functions.get(request.endpoint or ""))
    if declared is None:
        return None
    flash(_("The page was open for too long, so nothing was saved. Please try again."))
    methods = (request.url_rule.methods if request.url_rule else None) or set()
    if declared.permission is None and "GET" in methods:
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
    app.session_interface = sessions.DatabaseSessions(app.extensions["database"])
    app.extensions["actor_loader"] = load_actor
    app.context_processor(person)
    # Before the check of the anti-forgery token, which would only say that it does not match.
    app.before_request_funcs.setdefault(None, []).insert(0, ask_to_sign_in_again)
