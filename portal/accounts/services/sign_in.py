"""The first factor. Hashing takes a tenth of a second, so no transaction is open while it runs:
the caller counts the attempt, commits, compares, and notes what came of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts import repository
from portal.accounts.models import User
from portal.accounts.services import throttles
from portal.accounts.services.acting import actor_of, by_nobody
from portal.audit import services as audit
from portal.core.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at a password; ``until`` is set when it is not looked at before that moment."""

    email: str
    until: datetime | None
    user_id: str | None
    password_hash: str | None


def attempt(session: Session, email: str, *, origin: str | None) -> Attempt:
    """Count a try for this address and this origin; unknown addresses are counted alike."""
    until = throttles.take(session, "password", email.lower())
    if until is None:
        until = throttles.take(session, "origin", origin or "")
    user = repository.by_email(session, email)
    known = user if user is not None and user.active else None
    return Attempt(
        email=email,
        until=until,
        user_id=known.id if known else None,
        password_hash=known.password_hash if known else None,
    )


def failed(session: Session, tried: Attempt, *, origin: str | None) -> None:
    """Note a wrong password."""
    locked = throttles.blocked(session, "password", tried.email.lower())
    act = "account.locked_out" if locked else "account.sign_in_failed"
    audit.record(session, by_nobody(act, origin, subject=tried.user_id))


def cleared(session: Session, tried: Attempt, *, origin: str | None) -> None:
    """Stop counting against this address and this origin."""
    throttles.forget(session, "password", tried.email.lower())
    throttles.give_back(session, "origin", origin or "")


def succeeded(session: Session, tried: Attempt, *, origin: str | None) -> User:
    """Note a right password; the second factor is still to come."""
    cleared(session, tried, origin=origin)
    user = session.get_one(User, tried.user_id)
    audit.record(session, actor_of(user, origin).did("account.password_given", subject=user.id))
    return user


def completed(session: Session, user: User, *, origin: str | None) -> None:
    """Note that somebody has signed in with both factors."""
    audit.record(session, actor_of(user, origin).did("account.signed_in", subject=user.id))


def confirmed_again(session: Session, user: User, *, actor: Actor) -> None:
    """Note that somebody signed in has given both factors again."""
    audit.record(session, actor.did("account.stepped_up", subject=user.id))
