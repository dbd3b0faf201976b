"""Browser sessions in the database, found by the digest of what the cookie holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portal.accounts import repository, tokens
from portal.accounts.models import User, WebSession
from portal.accounts.policies import LIMITS, NOBODY, live
from portal.audit import services as audit
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.db import Base
from portal.core.errors import NotFound
from portal.core.sealed import FieldCipher, Sealed, aad

T = TypeVar("T")
LONGEST_BROWSER = 200
SWEEP_SESSIONS_AFTER = timedelta(days=1)
SWEEP_REST_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A live session as a request sees it: nobody, a person half way in, or a person signed in."""

    session_id: str
    last_seen_at: datetime
    data: Mapping[str, Any] = field(repr=False)
    user_id: str | None = None
    role: Role | None = None
    name: str = ""
    email: str = ""
    has_second_factor: bool = False
    factor_at: datetime | None = None
    stepped_up_at: datetime | None = None

    @property
    def signed_in(self) -> bool:
        """Whether password and second factor were given."""
        return self.user_id is not None and self.factor_at is not None

    @property
    def half_way(self) -> bool:
        """Whether the password was given and the second factor was not."""
        return self.user_id is not None and self.factor_at is None


def visit(connection: Connection, cipher: FieldCipher, token: str) -> Visit | None:
    """The session of this cookie, if it is within its limits and its person may sign in."""
    row = repository.session_with_user(connection, tokens.digest(token))
    if row is None or not (row.user_id is None or row.user_active):
        return None
    role = Role(row.user_role) if row.user_id else None
    limits = LIMITS[role] if role else NOBODY
    if not live(limits, created_at=row.created_at, last_seen_at=row.last_seen_at, at=now()):
        return None
    return _visit(row, role, cipher)


def touch(session: Session, session_id: str) -> None:
    """Note that a session is in use."""
    repository.touch_session(session, session_id, now())


def store(session: Session, session_id: str | None, data: Mapping[str, Any]) -> str | None:
    """Keep a session's values; returns the token of a session that had to be made."""
    row = session.get(WebSession, session_id) if session_id else None
    if row is not None:
        row.data = dict(data)
        session.flush()
        return None
    row, token = _new(session)
    row.data = dict(data)
    session.flush()
    return token


def sign_in(
    session: Session, session_id: str | None, user_id: str, *, browser: str, data: Mapping[str, Any]
) -> str:
    """Start a person's session after the password. Whatever this browser had before ends."""
    row = session.get(WebSession, session_id) if session_id else None
    if row is not None:
        row.revoked_at = now()
    row, token = _new(session)
    row.user_id, row.browser, row.data = user_id, browser[:LONGEST_BROWSER], dict(data)
    session.flush()
    return token


def confirm(session: Session, session_id: str, data: Mapping[str, Any]) -> str | None:
    """Note that both factors were given just now; returns the new token under a new id."""
    row = session.get(WebSession, session_id)
    if row is None or row.revoked_at is not None:
        return None
    token = tokens.new_token()
    row.token_hash, row.data = tokens.digest(token), dict(data)
    row.stepped_up_at = now()
    row.factor_at = row.factor_at or row.stepped_up_at
    session.flush()
    return token


def end(session: Session, session_id: str) -> None:
    """Sign out."""
    row = session.get(WebSession, session_id)
    if row is not None:
        row.revoked_at, row.data = now(), None
        session.flush()


def mine(session: Session, actor: Actor) -> list[WebSession]:
    """The live sessions of a person."""
    limits, at = LIMITS[actor.role], now()
    return [
        row
        for row in repository.sessions_of(session, actor.user_id or "")
        if live(limits, created_at=row.created_at, last_seen_at=row.last_seen_at, at=at)
    ]


def revoke(session: Session, session_id: str, *, actor: Actor) -> None:
    """End one of a person's own sessions; anything else does not exist."""
    row = session.get(WebSession, session_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFound
    end(session, session_id)
    audit.record(session, actor.did("account.session_revoked", subject=session_id))


def sweep(session: Session) -> None:
    """Delete what is long over."""
    repository.sweep(session, idle_since=now() - SWEEP_SESSIONS_AFTER, gone_since=now() - SWEEP_REST_AFTER)


def _new(session: Session) -> tuple[WebSession, str]:
    token, at = tokens.new_token(), now()
    row = WebSession(token_hash=tokens.digest(token), created_at=at, last_seen_at=at)
    session.add(row)
    return row, token


def _visit(row: Row[Any], role: Role | None, cipher: FieldCipher) -> Visit:
    data = _opened(cipher, WebSession, WebSession.data, row.id, row.data_sealed)
    if role is None:
        return Visit(session_id=row.id, last_seen_at=row.last_seen_at, data=data or {})
    return Visit(
        session_id=row.id,
        last_seen_at=row.last_seen_at,
        data=data or {},
        user_id=row.user_id,
        role=role,
        name=_opened(cipher, User, User.name, row.user_id, row.user_name_sealed) or "",
        email=_opened(cipher, User, User.email, row.user_id, row.user_email_sealed) or "",
        has_second_factor=row.user_totp_sealed is not None,
        factor_at=row.factor_at,
        stepped_up_at=row.stepped_up_at,
    )


def _opened(
    cipher: FieldCipher, model: type[Base], column: Sealed[T], row_id: str, ciphertext: bytes | None
) -> T | None:
    """What a sealed column holds, read without making an object of its row."""
    if ciphertext is None:
        return None
    return column.decode(cipher.open(ciphertext, aad(model.__tablename__, column.column, row_id)))
