"""Who acts: the value every service gets instead of a request or a user row."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self


class Role(StrEnum):
    """What a person is to the portal. One person has one role."""

    PATIENT = "patient"
    CAREGIVER = "caregiver"
    COORDINATOR = "coordinator"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SYSTEM = "system"

    @property
    def staff(self) -> bool:
        """Whether the role works for the service rather than being served by it."""
        return self in {Role.COORDINATOR, Role.REVIEWER, Role.ADMIN, Role.AUDITOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """One act, ready to be appended to the trail. Ids and codes only, never health data."""

    action: str
    actor_id: str | None
    actor_role: str
    case_id: str | None = None
    subject: str | None = None
    reason: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in person (or the system) at the moment of an act.

    ``stepped_up_at`` is when password and second factor were last confirmed; ``origin`` is the
    network address the request came from.
    """

    user_id: str | None
    role: Role
    name: str = ""
    email: str = ""
    stepped_up_at: datetime | None = None
    origin: str | None = None

    @classmethod
    def system(cls) -> Self:
        """The actor of scheduled and background work."""
        return cls(user_id=None, role=Role.SYSTEM, name="system")

    def did(
        self,
        action: str,
        *,
        case_id: str | None = None,
        subject: str | None = None,
        reason: str | None = None,
    ) -> AuditEvent:
        """Describe an act of this person for the audit trail."""
        return AuditEvent(
            action=action,
            actor_id=self.user_id,
            actor_role=self.role.value,
            case_id=case_id,
            subject=subject,
            reason=reason,
            origin=self.origin,
        )
