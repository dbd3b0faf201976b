"""Counting attempts. An attempt is counted before it is judged, so that a race wins nothing."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts import repository
from portal.accounts.policies import PATIENCE
from portal.core.clock import now
from portal.core.sealed import CIPHER


def take(session: Session, kind: str, subject: str) -> datetime | None:
    """Count an attempt of a kind by or on ``subject``.

    :returns: ``None`` when it may go ahead, else the moment from which the next one may.
    """
    at, patience = now(), PATIENCE[kind]
    row = repository.locked_throttle(session, _id(session, kind, subject))
    if row.last_at and at - row.last_at > patience.memory:
        row.attempts, row.blocked_until = 0, None
    if row.blocked_until and at < row.blocked_until:
        return row.blocked_until
    row.attempts += 1
    row.last_at = at
    row.blocked_until = patience.blocked_until(row.attempts, at)
    session.flush()
    return None


def blocked(session: Session, kind: str, subject: str) -> bool:
    """Whether the next attempt would be refused."""
    until = repository.locked_throttle(session, _id(session, kind, subject)).blocked_until
    return until is not None and now() < until


def forget(session: Session, kind: str, subject: str) -> None:
    """Start again from nothing, after a success."""
    row = repository.locked_throttle(session, _id(session, kind, subject))
    row.attempts, row.blocked_until = 0, None
    session.flush()


def give_back(session: Session, kind: str, subject: str) -> None:
    """Undo one count: many people may share an address of the network, and successes harm nobody."""
    row = repository.locked_throttle(session, _id(session, kind, subject))
    row.attempts = max(row.attempts - 1, 0)
    row.blocked_until = None
    session.flush()


def lock(session: Session, subject: str) -> None:
    """Let no other transaction past this point for ``subject`` until this one ends."""
    repository.locked_throttle(session, _id(session, "lock", subject))


def _id(session: Session, kind: str, subject: str) -> str:
    index: int = session.info[CIPHER].blind_index(f"throttle-{kind}", subject)
    return f"{kind}:{index}"
