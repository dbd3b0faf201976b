"""Queries of accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.orm import Session

from portal.accounts.models import Letter, RecoveryCode, Throttle, User, WebSession
from portal.core.sealed import CIPHER

# Every request runs this one: built once, and without the ORM, which would more than double its cost.
_SESSIONS, _USERS = WebSession.__table__, User.__table__
_OF_SESSION = ("id", "user_id", "data_sealed", "created_at", "last_seen_at", "factor_at", "stepped_up_at")
_OF_USER = ("role", "active", "name_sealed", "email_sealed", "totp_sealed")
_LIVE_SESSION = (
    select(
        *(_SESSIONS.c[name] for name in _OF_SESSION),
        *(_USERS.c[name].label(f"user_{name}") for name in _OF_USER),
    )
    .select_from(_SESSIONS.outerjoin(_USERS, _USERS.c.id == _SESSIONS.c.user_id))
    .where(_SESSIONS.c.token_hash == bindparam("token_hash"), _SESSIONS.c.revoked_at.is_(None))
)


def email_index(session: Session, email: str) -> int:
    """The blind index of an e-mail address."""
    index: int = session.info[CIPHER].blind_index("email", email.lower())
    return index


def by_email(session: Session, email: str) -> User | None:
    """The person with this address; the index may collide, so the opened address decides."""
    found = session.scalars(select(User).where(User.email_index == email_index(session, email)))
    return next((user for user in found if (user.email or "").lower() == email.lower()), None)


def users(session: Session, roles: Sequence[str], *, active: bool | None = None) -> Sequence[User]:
    """Everybody with one of these roles."""
    query = select(User).where(User.role.in_(roles))
    if active is not None:
        query = query.where(User.active == active)
    return session.scalars(query).all()


def session_with_user(connection: Connection, token_hash: str) -> Row[Any] | None:
    """The unrevoked session with this digest and, named ``user_…``, its person, in one query."""
    return connection.execute(_LIVE_SESSION, {"token_hash": token_hash}).first()


def sessions_of(session: Session, user_id: str) -> Sequence[WebSession]:
    """The unrevoked signed-in sessions of a person, the latest used first."""
    return session.scalars(
        select(WebSession)
        .where(
            WebSession.user_id == user_id, WebSession.revoked_at.is_(None), WebSession.factor_at.is_not(None)
        )
        .order_by(WebSession.last_seen_at.desc())
    ).all()


def revoke_sessions(session: Session, user_id: str, at: datetime, *, keep: str | None = None) -> None:
    """End every session of a person but ``keep``."""
    query = update(WebSession).where(WebSession.user_id == user_id, WebSession.revoked_at.is_(None))
    if keep:
        query = query.where(WebSession.id != keep)
    session.execute(query.values(revoked_at=at))


def touch_session(session: Session, session_id: str, at: datetime) -> None:
    """Note that a session is in use."""
    session.execute(update(WebSession).where(WebSession.id == session_id).values(last_seen_at=at))


def advance_counter(session: Session, user_id: str, counter: int) -> bool:
    """Accept a code's time step unless that step or a later one was accepted before."""
    result = session.execute(
        update(User)
        .where(User.id == user_id, or_(User.totp_counter.is_(None), User.totp_counter < counter))
        .values(totp_counter=counter)
    )
    return _count(result) == 1


def use_recovery_code(session: Session, user_id: str, code_hash: str, at: datetime) -> bool:
    """Use up a recovery code; ``False`` when it is not one of theirs or was used."""
    result = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == code_hash,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
    )
    return _count(result) == 1


def recovery_code_was_used(session: Session, user_id: str, code_hash: str) -> bool:
    """Whether this was a recovery code of theirs and is used up."""
    return (
        session.scalar(
            select(RecoveryCode.id).where(
                RecoveryCode.user_id == user_id,
                RecoveryCode.code_hash == code_hash,
                RecoveryCode.used_at.is_not(None),
            )
        )
        is not None
    )


def recovery_codes_left(session: Session, user_id: str) -> int:
    """How many unused recovery codes a person has."""
    query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(query) or 0


def drop_recovery_codes(session: Session, user_id: str) -> None:
    """Remove every recovery code of a person."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def letter_by_token(session: Session, token_hash: str) -> Letter | None:
    """The letter whose link has this digest."""
    return session.scalars(select(Letter).where(Letter.token_hash == token_hash)).first()


def use_letter(session: Session, letter_id: str, at: datetime) -> bool:
    """Use up a letter's link; ``False`` when somebody was first."""
    result = session.execute(
        update(Letter).where(Letter.id == letter_id, Letter.used_at.is_(None)).values(used_at=at)
    )
    return _count(result) == 1


def void_letters(session: Session, index: int, kind: str, at: datetime) -> None:
    """Make every unused link of a kind to this address unusable."""
    session.execute(
        update(Letter)
        .where(Letter.email_index == index, Letter.kind == kind, Letter.used_at.is_(None))
        .values(used_at=at)
    )


def locked_throttle(session: Session, throttle_id: str) -> Throttle:
    """The counter with this id, made if need be and locked until the transaction ends."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    session.execute(insert(Throttle).values(id=throttle_id, attempts=0).on_conflict_do_nothing())
    return session.scalars(
        select(Throttle)
        .where(Throttle.id == throttle_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def sweep(session: Session, *, idle_since: datetime, gone_since: datetime) -> None:
    """Delete sessions unused since ``idle_since``, letters and counters older than ``gone_since``."""
    session.execute(delete(WebSession).where(WebSession.last_seen_at < idle_since))
    session.execute(delete(Letter).where(Letter.created_at < gone_since))
    session.execute(delete(Throttle).where(Throttle.last_at < gone_since))


def _count(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
