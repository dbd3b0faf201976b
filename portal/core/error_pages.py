"""Errors as pages: plain words, what to do next, nothing about the inside."""

import structlog
from flask import Flask, g, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from portal.core.errors import PortalError
from portal.core.web import close_session

log = structlog.get_logger()
RETRY_AFTER_SECONDS = "30"
PAGES = frozenset({400, 404, 409, 413, 422, 429, 500, 503})
Answer = tuple[str, int, dict[str, str]]


def render(status: int, message: str = "") -> Answer:
    """The page for a status; an unknown one gets the page of a general failure."""
    close_session()
    page = status if status in PAGES else (404 if status < 500 else 500)
    headers = {"Retry-After": RETRY_AFTER_SECONDS} if status in {429, 503} else {}
    return render_template(f"errors/{page}.html", message=message), status, headers


def on_portal_error(error: PortalError) -> Answer:
    """One of our own errors, which carries its status and words."""
    return render(error.status, error.message if error.status != 404 else "")


def on_http_error(error: HTTPException) -> Answer | HTTPException:
    """An error of the framework."""
    status = error.code or 500
    if status < 400:
        return error
    return render(404 if status in {403, 405} else status)


def on_unknown_host(_: SecurityError) -> Answer:
    """A request under a name that is not ours: no page, for addresses cannot be made either."""
    return "This portal is not served under this address.", 400, {"Content-Type": "text/plain; charset=utf-8"}


def on_csrf_error(_: CSRFError) -> Answer:
    """A form that was open too long, or was not ours."""
    return render(400)


def on_stale_row(_: StaleDataError) -> Answer:
    """Somebody else changed the same record between reading and writing it."""
    return render(409)


def on_database_error(error: Exception) -> Answer:
    """The database could not be reached or gave up: nothing was committed, nobody is looked up again."""
    log.error("database.unavailable", error=type(error).__name__)
    g.actor = None
    return render(503)


def on_any_error(error: Exception) -> Answer:
    """Everything unforeseen: logged by type and place only, for values may be health data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
    log.error("request.failed", error=type(error).__name__, place=place)
    return render(500)


def init_app(app: Flask) -> None:
    """Register the handlers; tests see unforeseen errors themselves."""
    app.register_error_handler(PortalError, on_portal_error)
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(SecurityError, on_unknown_host)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(StaleDataError, on_stale_row)
    app.register_error_handler(OperationalError, on_database_error)
    app.register_error_handler(InterfaceError, on_database_error)
    if not app.testing:
        app.register_error_handler(Exception, on_any_error)
