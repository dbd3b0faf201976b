"""Deny by default: every view declares who may reach it, and nothing undeclared is served."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from portal.core.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "_portal_access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a view asks of whoever calls it.

    ``permission`` is ``None`` for public views; ``records_read`` marks a GET that appends to the
    audit trail; ``step_up`` asks for a password and second factor confirmed at most 5 minutes ago.
    """

    permission: Permission | None
    records_read: bool = False
    step_up: bool = False


def public(view: View) -> View:
    """Anybody may call this view."""
    setattr(view, _ATTRIBUTE, Declaration(permission=None))
    return view


def requires(
    permission: Permission, *, records_read: bool = False, step_up: bool = False
) -> Callable[[View], View]:
    """Only a signed-in person whose role has ``permission`` may call this view."""

    def declare(view: View) -> View:
        declaration = Declaration(permission=permission, records_read=records_read, step_up=step_up)
        setattr(view, _ATTRIBUTE, declaration)
        return view

    return declare


def declaration_of(view: object) -> Declaration | None:
    """What the view declared, or ``None`` when it declared nothing."""
    declared: Declaration | None = getattr(view, _ATTRIBUTE, None)
    return declared
