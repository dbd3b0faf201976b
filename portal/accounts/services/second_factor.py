"""The second factor of one person: setting it up, giving a code, recovery codes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.accounts import factors, repository, tokens
from portal.accounts.factors import Verdict
from portal.accounts.models import RecoveryCode, User
from portal.accounts.policies import RECOVERY_CODES
from portal.accounts.services import throttles
from portal.audit import services as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What came of a code; ``until`` is set when no code is looked at before that moment."""

    verdict: Verdict
    until: datetime | None = None
    by_recovery_code: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the second factor is passed."""
        return self.verdict is Verdict.RIGHT and self.until is None


def give_code(session: Session, user: User, typed: str, *, actor: Actor) -> Judged:
    """Judge an authenticator or recovery code. Count, verdict and audit row are one transaction."""
    until = throttles.take(session, "code", user.id)
    if until is not None:
        return Judged(verdict=Verdict.WRONG, until=until)
    recovery = tokens.read_recovery_code(typed)
    verdict = _use_recovery(session, user, recovery) if recovery else _use_totp(session, user, typed)
    if verdict is Verdict.RIGHT:
        throttles.forget(session, "code", user.id)
        if recovery:
            audit.record(session, actor.did("account.recovery_code_used", subject=user.id))
    else:
        locked = throttles.blocked(session, "code", user.id)
        act = "account.second_factor_locked" if locked else "account.second_factor_failed"
        audit.record(session, actor.did(act, subject=user.id, reason=verdict.value))
    return Judged(verdict=verdict, by_recovery_code=recovery is not None)


def enrol(
    session: Session, user: User, *, secret: str, typed: str, replace: bool, actor: Actor
) -> list[str] | None:
    """Set up an authenticator app whose code is right; the old one and old recovery codes end.

    :param replace: whether there may be an app already; a first one is set up once, also in a race.
    :returns: the new recovery codes, or ``None`` when the code is wrong.
    """
    throttles.lock(session, f"factor:{user.id}")
    session.refresh(user)
    if user.has_second_factor and not replace:
        raise Conflict("A second step was set up meanwhile. Sign in again with a code from it.")
    verdict, counter = factors.check(typed, secret, None)
    if verdict is not Verdict.RIGHT:
        return None
    user.totp_secret, user.totp_counter = secret, counter
    session.flush()
    audit.record(session, actor.did("account.second_factor_set", subject=user.id))
    return new_recovery_codes(session, user, actor=actor)


def new_recovery_codes(session: Session, user: User, *, actor: Actor) -> list[str]:
    """Ten new codes in place of the old; the caller shows them once."""
    repository.drop_recovery_codes(session, user.id)
    codes = [tokens.new_recovery_code() for _ in range(RECOVERY_CODES)]
    at = now()
    session.add_all(
        RecoveryCode(user_id=user.id, code_hash=tokens.digest(code), created_at=at) for code in codes
    )
    session.flush()
    audit.record(session, actor.did("account.recovery_codes_made", subject=user.id))
    return codes


def recovery_codes_left(session: Session, user_id: str) -> int:
    """How many unused recovery codes a person has."""
    return repository.recovery_codes_left(session, user_id)


def current_totp_code(user: User) -> str:
    """The code this person's authenticator shows now: only for the list of demo people."""
    return factors.current_code(user.totp_secret or "")


def _use_totp(session: Session, user: User, typed: str) -> Verdict:
    verdict, counter = factors.check(typed, user.totp_secret or "", user.totp_counter)
    if verdict is Verdict.RIGHT and counter is not None:
        return verdict if repository.advance_counter(session, user.id, counter) else Verdict.USED
    return verdict


def _use_recovery(session: Session, user: User, code: str) -> Verdict:
    code_hash = tokens.digest(code)
    if repository.use_recovery_code(session, user.id, code_hash, now()):
        return Verdict.RIGHT
    used = repository.recovery_code_was_used(session, user.id, code_hash)
    return Verdict.USED if used else Verdict.WRONG
