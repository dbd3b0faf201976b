"""What views use of the request: its session, its person, redirects."""

from collections.abc import Callable
from typing import Any, cast

from flask import Flask, current_app, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.core.access import declaration_of
from portal.core.actor import Actor
from portal.core.db import Database
from portal.core.errors import NotFound
from portal.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ActorLoader = Callable[[], Actor | None]


def settings() -> Settings:
    """The settings this application was made with."""
    return cast(Settings, current_app.extensions["settings"])


def database() -> Database:
    """The database, for the few places that open short transactions of their own."""
    return cast(Database, current_app.extensions["database"])


def db() -> Session:
    """The request's session; views commit it, teardown rolls back what they did not."""
    if "db" not in g:
        g.db = database().open_session(write=request_writes())
    return cast(Session, g.db)


def request_writes() -> bool:
    """Whether this request may write: by its method, or because its view records what it shows."""
    if request.method not in SAFE_METHODS:
        return True
    view = current_app.view_functions.get(request.endpoint or "")
    declared = declaration_of(view)
    return declared is not None and declared.records_read


def current_actor_or_none() -> Actor | None:
    """The signed-in person with every factor passed, or ``None``."""
    if "actor" not in g:
        loader = cast(ActorLoader, current_app.extensions["actor_loader"])
        g.actor = loader()
    return cast(Actor | None, g.actor)


def current_actor() -> Actor:
    """The signed-in person; only for views behind ``@requires``."""
    actor = current_actor_or_none()
    if actor is None:
        raise NotFound
    return actor


def see_other(endpoint: str, **values: Any) -> Response:
    """Redirect after a successful POST."""
    return redirect(url_for(endpoint, **values), code=303)


def close_session(_: BaseException | None = None) -> None:
    """Roll back and close the request's session."""
    session = g.pop("db", None)
    if session is not None:
        session.close()


def init_app(app: Flask) -> None:
    """Give the application its session teardown."""
    app.teardown_appcontext(close_session)
