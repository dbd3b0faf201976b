"""The people of a demonstration: made once, with known passwords and second factors."""

import base64
import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts import services as accounts
from portal.accounts.models import User
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.routing import services as routing

DATA = Path(__file__).with_name("data") / "people.toml"


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One entry of ``people.toml``."""

    key: str
    role: Role
    name: str
    email: str
    profile: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a visitor types to sign in as a demo person."""

    role: Role
    email: str
    password: str
    code: str


def listed() -> list[DemoPerson]:
    """The people of ``people.toml``, in its order."""
    rows = tomllib.loads(DATA.read_text(encoding="utf-8"))["people"]
    return [
        DemoPerson(row["key"], Role(row["role"]), row["name"], row["email"], row.get("profile", {}))
        for row in rows
    ]


def password() -> str:
    """The one password of every demo person."""
    return str(tomllib.loads(DATA.read_text(encoding="utf-8"))["password"])


def load(session: Session) -> dict[str, Actor]:
    """Make the people who are not there yet; everybody as an actor, by key."""
    return {person.key: _actor(_find(session, person) or _make(session, person)) for person in listed()}


def sign_ins(session: Session) -> Iterator[SignIn]:
    """Everybody's sign-in with the code that is valid now."""
    for person in listed():
        user = _find(session, person)
        if user is not None:
            yield SignIn(person.role, person.email, password(), accounts.current_totp_code(user))


def _find(session: Session, person: DemoPerson) -> User | None:
    users = accounts.people_with_role(session, person.role)
    return next((user for user in users if user.email == person.email), None)


def _make(session: Session, person: DemoPerson) -> User:
    secret = base64.b32encode(hashlib.sha256(f"demonstration {person.key}".encode()).digest()[:20]).decode()
    user = accounts.create_confirmed_user(
        session,
        email=person.email,
        name=person.name,
        role=person.role,
        password=password(),
        totp_secret=secret,
    )
    if person.profile:
        routing.save_profile(session, user.id, actor=Actor.system(), **person.profile)
    return user


def _actor(user: User) -> Actor:
    return Actor(
        user_id=user.id, role=user.role_of, name=user.name or "", email=user.email or "", stepped_up_at=now()
    )
