"""Who may invite and manage whom."""

from types import MappingProxyType

from portal.accounts.models import User
from portal.core.actor import Actor, Role
from portal.core.errors import Conflict, NotAllowed

STAFF = frozenset(role for role in Role if role.staff)
MAY_INVITE = MappingProxyType(
    {
        Role.ADMIN: STAFF,
        Role.COORDINATOR: frozenset({Role.PATIENT, Role.CAREGIVER}),
        Role.SYSTEM: STAFF | {Role.PATIENT, Role.CAREGIVER},
    }
)


def check_may_invite(actor: Actor, role: Role) -> None:
    """Admins invite staff, coordinators invite patients; raises :class:`NotAllowed`."""
    if role not in MAY_INVITE.get(actor.role, frozenset()):
        raise NotAllowed


def check_may_manage(actor: Actor, user: User) -> None:
    """Staff accounts only, and never one's own: the last admin must not lock themselves out."""
    if not user.role_of.staff or actor.role not in {Role.ADMIN, Role.SYSTEM}:
        raise NotAllowed
    if actor.user_id == user.id:
        raise Conflict("You cannot switch off your own account. Ask another admin to do it.")
