"""People for tests, and a way to act as them without walking the sign-in pages."""

from dataclasses import replace

from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.sealed import CIPHER


def make_user(session: Session, role: Role, *, name: str = "", email: str = "") -> User:
    """A person of this role, flushed."""
    user = User(role=role.value, active=True, created_at=now())
    user.name = name or f"{role.value.title()} Test"
    user.email = email or f"{role.value}-{user.id[:8]}@example.org"
    user.email_index = session.info[CIPHER].blind_index("email", user.email.lower())
    session.add(user)
    session.flush()
    return user


def actor_of(user: User) -> Actor:
    """The user as a signed-in actor who has just confirmed who they are."""
    return Actor(
        user_id=user.id, role=user.role_of, name=user.name or "", email=user.email or "", stepped_up_at=now()
    )


class SignedIn:
    """Decides whom the application believes to be signed in."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.actor: Actor | None = None
        app.extensions["actor_loader"] = lambda: self.actor

    def as_(self, actor: Actor | None) -> None:
        """Act as this person from now on; ``None`` is nobody."""
        self.actor = actor

    def without_step_up(self) -> None:
        """Forget that the person confirmed their password and second factor."""
        if self.actor is not None:
            self.actor = replace(self.actor, stepped_up_at=None)
