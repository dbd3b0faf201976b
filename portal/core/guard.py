"""The one check before every request: declared, signed in, permitted, confirmed."""

from datetime import timedelta

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.core.access import Declaration, declaration_of
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import NotAllowed, NotFound
from portal.core.permissions import allows
from portal.core.web import SAFE_METHODS, current_actor_or_none

STEP_UP_MINUTES = 5
PUBLIC_ENDPOINTS = frozenset({"static"})


def stepped_up(actor: Actor) -> bool:
    """Whether password and second factor were confirmed in the last five minutes."""
    return actor.stepped_up_at is not None and now() - actor.stepped_up_at <= timedelta(
        minutes=STEP_UP_MINUTES
    )


def check_access() -> Response | None:
    """Refuse, redirect to sign-in or step-up, or let the request through."""
    if request.endpoint is None or request.endpoint in PUBLIC_ENDPOINTS:
        return None
    declared = declaration_of(current_app.view_functions.get(request.endpoint))
    if declared is None:
        raise NotFound
    if declared.permission is None:
        return None
    actor = current_actor_or_none()
    if actor is None:
        return redirect(url_for("accounts.sign_in", next=_return_path()), code=303)
    if not allows(actor.role, declared.permission):
        raise NotAllowed
    return _ask_again(actor, declared)


def _ask_again(actor: Actor, declared: Declaration) -> Response | None:
    if declared.step_up and not stepped_up(actor):
        return redirect(url_for("accounts.step_up", next=_return_path()), code=303)
    return None


def _return_path() -> str:
    """Where to go on afterwards: this page, or the page a lost POST came from."""
    if request.method in SAFE_METHODS:
        return request.full_path.rstrip("?")
    referrer = request.referrer or ""
    return (
        referrer.removeprefix(request.host_url.rstrip("/"))
        if referrer.startswith(request.host_url)
        else "/home"
    )


def init_app(app: Flask) -> None:
    """Check every request before its view runs."""
    app.before_request(check_access)
