"""Who acts while somebody is not signed in yet, as the audit trail names them."""

from portal.accounts.models import User
from portal.core.actor import Actor, AuditEvent

ANONYMOUS = "anonymous"


def actor_of(user: User, origin: str | None) -> Actor:
    """A person half way through signing in."""
    return Actor(user_id=user.id, role=user.role_of, origin=origin)


def by_nobody(action: str, origin: str | None, *, subject: str | None = None) -> AuditEvent:
    """An act of somebody not known."""
    return AuditEvent(action=action, actor_id=None, actor_role=ANONYMOUS, subject=subject, origin=origin)
