"""Which reviewer may not be offered a case, and in words why."""

from enum import StrEnum
from types import MappingProxyType

from portal.routing import institutions
from portal.routing.models import OfferState, ReviewerProfile

REASON_LIMIT = 2_000
"""Characters of the reason for declining."""


class Obstacle(StrEnum):
    """Why a reviewer cannot be chosen; whatever is unknown counts against the choice."""

    NO_PROFILE = "no_profile"
    SAME_INSTITUTION = "same_institution"
    CONFLICT = "conflict"


WORDS = MappingProxyType(
    {
        Obstacle.NO_PROFILE: "This reviewer has not said where they work yet.",
        Obstacle.SAME_INSTITUTION: "This reviewer works at the hospital that treats the patient.",
        Obstacle.CONFLICT: "This reviewer has declared a conflict of interest with the treating hospital.",
    }
)

CLOSED_WORDS = MappingProxyType(
    {
        OfferState.ACCEPTED: "This offer was accepted.",
        OfferState.DECLINED: "This offer was declined.",
        OfferState.EXPIRED: "This offer ran out before it was answered.",
        OfferState.WITHDRAWN: "This offer was withdrawn by the coordinator.",
    }
)


def obstacle(profile: ReviewerProfile | None, treating_institution: str | None) -> Obstacle | None:
    """What stands against offering a case treated at ``treating_institution`` to this reviewer."""
    if profile is None or not profile.institution.strip():
        return Obstacle.NO_PROFILE
    treating = institutions.split(treating_institution)
    if institutions.any_same(institutions.split(profile.institution), treating):
        return Obstacle.SAME_INSTITUTION
    if institutions.any_same(profile.conflicts, treating):
        return Obstacle.CONFLICT
    return None
