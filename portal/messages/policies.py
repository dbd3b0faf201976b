"""Who talks to whom and in which status a request can be made: tables."""

from types import MappingProxyType

from portal.cases.models import CaseStatus as S
from portal.core.actor import Role
from portal.messages.models import Audience

BODY_LIMIT = 10_000
"""Characters of one message."""

AUDIENCES = MappingProxyType(
    {
        Role.PATIENT: (Audience.PATIENT, Audience.REVIEWER),
        Role.CAREGIVER: (Audience.PATIENT, Audience.REVIEWER),
        Role.COORDINATOR: (Audience.PATIENT, Audience.REVIEWER),
        Role.REVIEWER: (Audience.REVIEWER,),
    }
)
"""The conversations that people of a role take part in; the first is where their page opens."""

ASKER = MappingProxyType({Audience.PATIENT: Role.COORDINATOR, Audience.REVIEWER: Role.REVIEWER})
"""Who may make a request in a conversation. Everybody else in it may answer; a coordinator also
answers requests of coordinators, for what the patient tells them on the telephone."""

WORKING = MappingProxyType({Audience.PATIENT: S.TRIAGE, Audience.REVIEWER: S.IN_REVIEW})
WAITING = MappingProxyType({Audience.PATIENT: S.WAITING_FOR_PATIENT, Audience.REVIEWER: S.WAITING_FOR_ANSWER})
"""The case moves from ``WORKING`` to ``WAITING`` with a request, and back with the last answer."""

ASKING_MAIL = MappingProxyType(
    {Audience.PATIENT: "information_asked", Audience.REVIEWER: "question_from_reviewer"}
)


def takes_part(role: Role, audience: Audience) -> bool:
    """Whether people of this role see and write in the conversation."""
    return audience in AUDIENCES.get(role, ())


def can_ask(role: Role, audience: Audience, status: S) -> bool:
    """Whether a request can be made now."""
    return ASKER[audience] is role and status in {WORKING[audience], WAITING[audience]}


def can_answer(role: Role, audience: Audience) -> bool:
    """Whether people of this role may answer the requests of the conversation."""
    return takes_part(role, audience) and role is not Role.REVIEWER
