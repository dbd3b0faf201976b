"""The trail as the auditor's page shows it: codes and ids, never health data."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import format_datetime
from flask_babel import gettext as _

from portal.audit.models import AuditRow
from portal.core.actor import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRow:
    """One line of the table."""

    seq: int
    at: str
    who: str
    actor_id: str
    action: str
    case_id: str
    subject: str
    reason: str
    origin: str


def rows(found: Sequence[AuditRow]) -> list[TrailRow]:
    """Rows in the order found."""
    return [
        TrailRow(
            seq=row.seq,
            at=format_datetime(row.at, "d MMM y, HH:mm:ss"),
            who=role_name(row.actor_role),
            actor_id=row.actor_id or "",
            action=row.action,
            case_id=row.case_id or "",
            subject=row.subject or "",
            reason=row.reason or "",
            origin=row.origin or "",
        )
        for row in found
    ]


def role_name(role: str) -> str:
    """The words for a role."""
    names = {
        Role.PATIENT.value: _("Patient"),
        Role.CAREGIVER.value: _("Caregiver"),
        Role.COORDINATOR.value: _("Coordinator"),
        Role.REVIEWER.value: _("Reviewer"),
        Role.ADMIN.value: _("Administrator"),
        Role.AUDITOR.value: _("Auditor"),
        Role.SYSTEM.value: _("The portal itself"),
    }
    return str(names.get(role, role))
