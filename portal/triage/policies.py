"""The groups in which coordinators look at cases, and how far back a page of the queue goes."""

from collections.abc import Sequence
from enum import StrEnum
from types import MappingProxyType

from portal.cases.models import CaseStatus as S

PAGE = 100
"""Rows of one page of the queue."""


class Group(StrEnum):
    """A part of the queue by who must act."""

    OURS = "ours"
    PATIENT = "patient"
    REVIEWER = "reviewer"
    OPEN = "open"
    FINISHED = "finished"


GROUPS = MappingProxyType(
    {
        Group.OURS: (S.SUBMITTED, S.TRIAGE, S.READY, S.SIGNED),
        Group.PATIENT: (S.WAITING_FOR_PATIENT, S.WAITING_FOR_ANSWER),
        Group.REVIEWER: (S.OFFERED, S.IN_REVIEW),
        Group.OPEN: (
            S.SUBMITTED,
            S.TRIAGE,
            S.WAITING_FOR_PATIENT,
            S.READY,
            S.OFFERED,
            S.IN_REVIEW,
            S.WAITING_FOR_ANSWER,
            S.SIGNED,
        ),
        Group.FINISHED: (S.RELEASED, S.CLOSED, S.WITHDRAWN),
    }
)
"""A draft is the patient's own affair and an erased case has nothing to show: neither is in any group."""

LISTED = frozenset(GROUPS[Group.OPEN] + GROUPS[Group.FINISHED])


def statuses_of(show: str) -> Sequence[S]:
    """The statuses that a filter names: a group, or one status; an unknown word means every open case."""
    if show in list(Group):
        return GROUPS[Group(show)]
    if show in LISTED:
        return (S(show),)
    return GROUPS[Group.OPEN]
