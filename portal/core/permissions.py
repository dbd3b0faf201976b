"""What an endpoint may demand of a role. Who may touch which case is decided in ``cases``."""

from enum import StrEnum, auto
from types import MappingProxyType

from portal.core.actor import Role


class Permission(StrEnum):
    """A kind of act that a role may perform at all."""

    SIGNED_IN = auto()
    CASE_OWN = auto()
    CASE_TRIAGE = auto()
    CASE_OFFER = auto()
    CASE_RELEASE = auto()
    CASE_MESSAGE = auto()
    DOCUMENT_READ = auto()
    DOCUMENT_UPLOAD = auto()
    DOCUMENT_ORIGINAL = auto()
    OFFER_ANSWER = auto()
    REVIEW = auto()
    PACKAGE_DOWNLOAD = auto()
    OPINION_READ = auto()
    PEOPLE_MANAGE = auto()
    JOBS_READ = auto()
    AUDIT_READ = auto()


_EVERYONE = frozenset(Role) - {Role.SYSTEM}
_PATIENT_SIDE = frozenset({Role.PATIENT, Role.CAREGIVER})
_COORDINATOR = frozenset({Role.COORDINATOR})
_REVIEWER = frozenset({Role.REVIEWER})

ROLES_OF = MappingProxyType(
    {
        Permission.SIGNED_IN: _EVERYONE,
        Permission.CASE_OWN: _PATIENT_SIDE,
        Permission.CASE_TRIAGE: _COORDINATOR,
        Permission.CASE_OFFER: _COORDINATOR,
        Permission.CASE_RELEASE: _COORDINATOR,
        Permission.CASE_MESSAGE: _PATIENT_SIDE | _COORDINATOR | _REVIEWER,
        Permission.DOCUMENT_READ: _PATIENT_SIDE | _COORDINATOR | _REVIEWER,
        Permission.DOCUMENT_UPLOAD: _PATIENT_SIDE | _COORDINATOR,
        Permission.DOCUMENT_ORIGINAL: _PATIENT_SIDE | _COORDINATOR | _REVIEWER,
        Permission.OFFER_ANSWER: _REVIEWER,
        Permission.REVIEW: _REVIEWER,
        Permission.PACKAGE_DOWNLOAD: _COORDINATOR | _REVIEWER,
        Permission.OPINION_READ: _PATIENT_SIDE | _COORDINATOR | _REVIEWER,
        Permission.PEOPLE_MANAGE: frozenset({Role.ADMIN}),
        Permission.JOBS_READ: frozenset({Role.ADMIN}),
        Permission.AUDIT_READ: frozenset({Role.AUDITOR}),
    }
)


def allows(role: Role, permission: Permission) -> bool:
    """Whether people of this role may perform this kind of act at all."""
    return role in ROLES_OF[permission]
