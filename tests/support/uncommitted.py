"""Notices work, or an audit event, that a request prepared and then threw away."""

from flask import Flask, g, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Session

FLUSHED = "test_flushed"
AUDIT_WAITING = "audit_waiting"


class Uncommitted:
    """Collects endpoints whose GET flushed rows without committing them."""

    def __init__(self, app: Flask) -> None:
        self.lost = 0
        event.listen(Session, "after_flush", self._flushed)
        event.listen(Session, "after_commit", self._settled)
        app.teardown_appcontext(self._at_end)

    @staticmethod
    def _flushed(session: Session, _: object) -> None:
        session.info[FLUSHED] = True

    @staticmethod
    def _settled(session: Session) -> None:
        session.info.pop(FLUSHED, None)

    def _at_end(self, error: BaseException | None) -> None:
        session = g.get("db") if has_app_context() else None
        if session is None or error is not None:
            return
        if session.info.pop(FLUSHED, False) or session.info.get(AUDIT_WAITING):
            self.lost += 1

    def stop(self) -> None:
        """Stop listening."""
        event.remove(Session, "after_flush", self._flushed)
        event.remove(Session, "after_commit", self._settled)
