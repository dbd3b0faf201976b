"""People: finding them, making them, letting them in or not."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.accounts import passwords, permissions, repository
from portal.accounts.models import User
from portal.accounts.policies import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    is_guessable,
    normalised_password,
)
from portal.accounts.services import throttles
from portal.audit import services as audit
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid, NotFound

LONGEST_NAME = 200


def get_user(session: Session, user_id: str) -> User:
    """The person with this id; :class:`NotFound` when there is none."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def find_by_email(session: Session, email: str) -> User | None:
    """The person with this address."""
    return repository.by_email(session, email)


def lock_user(session: Session, user_id: str) -> User:
    """The person, locked until the transaction ends: what happens once for a person waits its turn here."""
    user = get_user(session, user_id)
    session.refresh(user, with_for_update=True)
    return user


def people_with_role(session: Session, role: Role) -> list[User]:
    """The active people of a role, by name."""
    return _by_name(repository.users(session, [role.value], active=True))


def staff(session: Session, *, role: Role | None = None, active: bool | None = None) -> list[User]:
    """Everybody who works for the service, by name; never a patient."""
    roles = [role] if role else list(Role)
    return _by_name(repository.users(session, [each.value for each in roles if each.staff], active=active))


def checked_email(email: str) -> str:
    """The address in its normal form; raises :class:`Invalid`. Nothing is looked up in the network."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow to import

    try:
        checked = validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        raise Invalid(
            "Enter an email address in the correct format, like name@example.com.", "email"
        ) from None
    return str(checked.normalized)


def checked_name(name: str) -> str:
    """A name as a person writes it; raises :class:`Invalid`."""
    plain = " ".join(name.split())
    if not plain:
        raise Invalid("Enter your full name.", "name")
    if len(plain) > LONGEST_NAME or not plain.isprintable():
        raise Invalid(f"Enter a name of {LONGEST_NAME} characters or fewer.", "name")
    return plain


def checked_password(password: str, *context: str) -> str:
    """The password in its normal form; raises :class:`Invalid` when it is too short, long or easy.

    :param context: the person's name and address, which must not make up the password.
    """
    plain = normalised_password(password)
    if len(plain) < SHORTEST_PASSWORD:
        raise Invalid(f"Enter a password of {SHORTEST_PASSWORD} characters or more.", "password")
    if len(plain) > LONGEST_PASSWORD:
        raise Invalid(f"Enter a password of {LONGEST_PASSWORD} characters or fewer.", "password")
    if is_guessable(plain, context):
        raise Invalid("This password is easy to guess. Try three or four words in a row.", "password")
    return plain


def create_user(session: Session, *, email: str, name: str, role: Role, password_hash: str) -> User | None:
    """A new person, or ``None`` when the address has an account; races for it have one winner."""
    throttles.lock(session, f"address:{email.lower()}")
    if repository.by_email(session, email):
        return None
    user = User(role=role.value, active=True, created_at=now(), password_hash=password_hash)
    user.email, user.name = email, name
    user.email_index = repository.email_index(session, email)
    session.add(user)
    session.flush()
    return user


def create_confirmed_user(
    session: Session, *, email: str, name: str, role: Role, password: str, totp_secret: str
) -> User:
    """A person who can sign in at once, with a known second factor: for loading demo people.

    :param totp_secret: the authenticator's secret in base32.
    """
    hashed = passwords.hashed(normalised_password(password))
    user = create_user(session, email=checked_email(email), name=name, role=role, password_hash=hashed)
    if user is None:
        raise Conflict("This address has an account already.")
    user.totp_secret = totp_secret
    session.flush()
    audit.record(session, Actor.system().did("account.created", subject=user.id, reason=role.value))
    return user


def set_active(session: Session, user: User, active: bool, *, actor: Actor) -> None:
    """Let a staff member in again, or shut them out and end their sessions at once."""
    permissions.check_may_manage(actor, user)
    user.active = active
    if not active:
        repository.revoke_sessions(session, user.id, now())
    session.flush()
    audit.record(session, actor.did("account.enabled" if active else "account.disabled", subject=user.id))


def _by_name(users: Sequence[User]) -> list[User]:
    return sorted(users, key=lambda user: ((user.name or "").casefold(), user.id))
