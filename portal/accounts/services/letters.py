"""Links sent by mail: registration, a new password, invitations.

What a person asks for writes the same row whether or not the address is known; the worker finds out
and sends what fits, so neither the answer nor its time tells anything.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.accounts import permissions, repository, tokens
from portal.accounts.models import Letter, LetterKind, User
from portal.accounts.policies import CONFIRM_WITHIN, RESET_WITHIN, invitation_lasts
from portal.accounts.services import people, throttles
from portal.accounts.services.acting import actor_of, by_nobody
from portal.audit import services as audit
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.errors import Invalid
from portal.jobs import services as jobs

WRITE_LETTER = "accounts.write_letter"


def ask_to_register(
    session: Session, *, email: str, name: str, password_hash: str, origin: str | None
) -> datetime | None:
    """Note that somebody wants an account; ``None``, or until when this origin has to wait."""
    until = throttles.take(session, "mail-origin", origin or "")
    if until is None and throttles.take(session, "mail", email) is None:
        _ask(session, LetterKind.REGISTER, Role.PATIENT, email, name=name, password_hash=password_hash)
        audit.record(session, by_nobody("account.registration_asked", origin))
    return until


def ask_to_reset(session: Session, *, email: str, origin: str | None) -> datetime | None:
    """Note that somebody forgot a password; ``None``, or until when this origin has to wait."""
    until = throttles.take(session, "mail-origin", origin or "")
    if until is None and throttles.take(session, "mail", email) is None:
        _ask(session, LetterKind.RESET, Role.PATIENT, email)
        audit.record(session, by_nobody("account.reset_asked", origin))
    return until


def invite(session: Session, *, email: str, name: str, role: Role, actor: Actor) -> Letter:
    """Invite somebody to a role by mail. The link is bound to the address and the role.

    :raises Invalid: when the address is no address or cannot be invited.
    """
    letter = _invitation(session, email=email, name=name, role=role, actor=actor)
    jobs.enqueue(session, WRITE_LETTER, {"letter": letter.id}, key=letter.id)
    return letter


def invite_in_person(
    session: Session, *, email: str, name: str, role: Role, actor: Actor
) -> tuple[Letter, str]:
    """An invitation and its token, handed over by the operator and not by mail."""
    letter = _invitation(session, email=email, name=name, role=role, actor=actor)
    return letter, make_link(session, letter)


def make_link(session: Session, letter: Letter) -> str:
    """Give the letter a new token, valid from now; only its digest is kept."""
    token = tokens.new_token()
    letter.token_hash = tokens.digest(token)
    letter.expires_at = now() + _lasts(letter)
    session.flush()
    return token


def find(session: Session, kind: LetterKind, token: str) -> Letter | None:
    """The letter a link belongs to, if it can still be used."""
    letter = repository.letter_by_token(session, tokens.digest(token))
    if letter is None or letter.kind != kind.value or letter.used_at or not letter.expires_at:
        return None
    return letter if now() < letter.expires_at else None


def open_account(session: Session, letter: Letter, *, password_hash: str, origin: str | None) -> User | None:
    """Use up a registration or invitation: the person it names exists from now on.

    :returns: ``None`` when the link was used meanwhile or the address has an account.
    """
    _lock(session, letter)
    if not repository.use_letter(session, letter.id, now()):
        return None
    role = Role(letter.role)
    user = people.create_user(
        session, email=letter.email or "", name=letter.name or "", role=role, password_hash=password_hash
    )
    if user is None:
        return None
    repository.void_letters(session, letter.email_index, LetterKind.REGISTER.value, now())
    repository.void_letters(session, letter.email_index, LetterKind.INVITATION.value, now())
    act = "account.invitation_accepted" if letter.kind == LetterKind.INVITATION else "account.confirmed"
    audit.record(session, actor_of(user, origin).did(act, subject=user.id, reason=role.value))
    return user


def reset_password(session: Session, letter: Letter, *, password_hash: str, origin: str | None) -> bool:
    """Use up a link to choose a new password; ``False`` when it was used meanwhile."""
    _lock(session, letter)
    user = repository.by_email(session, letter.email or "")
    if user is None or not user.active or not repository.use_letter(session, letter.id, now()):
        return False
    change_password(session, user, password_hash=password_hash, actor=actor_of(user, origin))
    return True


def change_password(
    session: Session, user: User, *, password_hash: str, actor: Actor, keep: str | None = None
) -> None:
    """A new password; every session but ``keep`` ends, and so does every link to reset."""
    user.password_hash = password_hash
    repository.revoke_sessions(session, user.id, now(), keep=keep)
    repository.void_letters(session, user.email_index, LetterKind.RESET.value, now())
    throttles.forget(session, "password", (user.email or "").lower())
    session.flush()
    audit.record(session, actor.did("account.password_changed", subject=user.id))


def _invitation(session: Session, *, email: str, name: str, role: Role, actor: Actor) -> Letter:
    permissions.check_may_invite(actor, role)
    address = people.checked_email(email)
    if repository.by_email(session, address):
        raise Invalid("This address cannot be invited: it may have an account already.", "email")
    letter = _letter(session, LetterKind.INVITATION, role, address, name=people.checked_name(name))
    letter.invited_by = actor.user_id
    session.flush()
    audit.record(session, actor.did("account.invited", subject=letter.id, reason=role.value))
    return letter


def _ask(
    session: Session,
    kind: LetterKind,
    role: Role,
    email: str,
    *,
    name: str = "",
    password_hash: str | None = None,
) -> None:
    letter = _letter(session, kind, role, email, name=name, password_hash=password_hash)
    jobs.enqueue(session, WRITE_LETTER, {"letter": letter.id}, key=letter.id)


def _letter(
    session: Session,
    kind: LetterKind,
    role: Role,
    email: str,
    *,
    name: str = "",
    password_hash: str | None = None,
) -> Letter:
    letter = Letter(kind=kind.value, role=role.value, created_at=now(), password_hash=password_hash)
    letter.email, letter.name = email, name
    letter.email_index = repository.email_index(session, email)
    session.add(letter)
    session.flush()
    return letter


def _lock(session: Session, letter: Letter) -> None:
    """First of all: using one link ends others to the same address, which two at once would wait for."""
    throttles.lock(session, f"address:{(letter.email or '').lower()}")


def _lasts(letter: Letter) -> timedelta:
    if letter.kind == LetterKind.INVITATION:
        return invitation_lasts(Role(letter.role))
    return CONFIRM_WITHIN if letter.kind == LetterKind.REGISTER else RESET_WITHIN
