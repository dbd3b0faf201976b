"""Flask sessions kept in the database; the cookie holds a random 256-bit id and nothing else.

A session is read when somebody first asks for it, in one query together with its person: in the request's own
transaction if the request only reads, else apart from it, so that no write lock is held for it. It is written
after the view in a short transaction of its own.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

import structlog
from flask import Flask, Request, Response, g, has_app_context, has_request_context, session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from portal.accounts.policies import SEEN_EVERY
from portal.accounts.services import web_sessions
from portal.accounts.services.web_sessions import Visit
from portal.core import error_pages
from portal.core.clock import now
from portal.core.db import Database
from portal.core.sealed import FieldCipher
from portal.core.web import close_session, db, request_writes

log = structlog.get_logger()
TOKEN_LENGTH = 43
UNREACHABLE = (OperationalError, InterfaceError)
Change = Callable[[Session, "PortalSession"], str | None]


class PortalSession(SessionMixin):
    """The values of one browser, and who is signed in with it."""

    modified = False

    def __init__(self, read: Callable[[], Visit | None], *, presented: bool) -> None:
        self.presented = presented
        self.broken = False
        self.ended = False
        self.change: Change | None = None
        self._read = read
        self._values: dict[str, Any] | None = None
        self._visit: Visit | None = None

    @property
    def visit(self) -> Visit | None:
        """The live session behind the cookie."""
        self._load()
        return self._visit

    @property
    def kept(self) -> dict[str, Any]:
        """The values of this browser."""
        return self._load()

    def _load(self) -> dict[str, Any]:
        """Read once; a database that fails is not asked again by the page that says so."""
        if self._values is None:
            self._values = {}
            try:
                self._visit = self._read() if self.presented else None
            except UNREACHABLE:
                self.broken = True
                raise
            self._values.update(self._visit.data if self._visit else {})
        return self._values

    def start(self, user_id: str, browser: str) -> None:
        """Note after the view that a person gave their password; what this browser had before is gone."""
        self._load().clear()

        def change(db: Session, me: PortalSession) -> str | None:
            old = me._visit.session_id if me._visit else None
            return web_sessions.sign_in(db, old, user_id, browser=browser, data=me.kept)

        self.change, self.modified = change, True

    def confirm(self) -> None:
        """Note after the view that both factors were given just now; the id is replaced."""

        def change(db: Session, me: PortalSession) -> str | None:
            return web_sessions.confirm(db, me._visit.session_id, me.kept) if me._visit else None

        self.change, self.modified = change, True

    def end(self) -> None:
        """Sign out after the view."""
        self.ended = self.modified = True

    def __getitem__(self, key: str) -> Any:
        return self.kept[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.kept[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self.kept[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self.kept)

    def __len__(self) -> int:
        return len(self.kept)


def current() -> PortalSession:
    """The session of this request."""
    return cast(PortalSession, session._get_current_object())  # type: ignore[attr-defined]


class DatabaseSessions(SessionInterface):
    """Reads and writes :class:`PortalSession`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database = database
        self._cipher = cipher

    def open_session(self, app: Flask, request: Request) -> PortalSession:
        """The session, not read yet."""
        token = request.cookies.get(self.get_cookie_name(app), "")
        return PortalSession(lambda: self._read(token), presented=len(token) == TOKEN_LENGTH)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write what changed; a database that fails turns the answer into a 503 page."""
        mine = cast(PortalSession, session)
        if not mine.modified or mine.broken:
            return
        close_session()
        try:
            self._write(app, mine, response)
        except UNREACHABLE as error:
            mine.broken = True
            body, response.status_code, headers = error_pages.on_database_error(error)
            response.set_data(body)
            response.headers.update(headers)
            response.headers.pop("Location", None)

    def _read(self, token: str) -> Visit | None:
        in_use = has_app_context() and "db" in g
        if has_request_context() and not request_writes():
            visit = web_sessions.visit(db().connection(), self._cipher, token)
        else:
            with self._database.engine.connect() as connection:
                visit = web_sessions.visit(connection, self._cipher, token)
        if visit and now() - visit.last_seen_at >= SEEN_EVERY and not in_use:
            self._touch(visit.session_id)
        return visit

    def _touch(self, session_id: str) -> None:
        if has_app_context():
            close_session()
        try:
            with self._database.session(write=True) as db:
                web_sessions.touch(db, session_id)
                db.commit()
        except UNREACHABLE as error:
            log.warning("session.not_touched", error=type(error).__name__)

    def _write(self, app: Flask, mine: PortalSession, response: Response) -> None:
        visit = mine.visit
        session_id = visit.session_id if visit else None
        token: str | None = None
        with self._database.session(write=True) as db:
            if mine.ended:
                if session_id:
                    web_sessions.end(db, session_id)
            elif mine.change:
                token = mine.change(db, mine)
            elif mine.kept or session_id:
                token = web_sessions.store(db, session_id, mine.kept)
            db.commit()
        self._set_cookie(app, mine, response, token)

    def _set_cookie(self, app: Flask, mine: PortalSession, response: Response, token: str | None) -> None:
        place: dict[str, Any] = {
            "path": "/",
            "secure": self.get_cookie_secure(app),
            "httponly": True,
            "samesite": "Lax",
        }
        if mine.ended:
            response.delete_cookie(self.get_cookie_name(app), **place)
        elif token:
            response.set_cookie(self.get_cookie_name(app), token, **place)
