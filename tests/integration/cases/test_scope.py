"""A case is reached only through the actor; unknown and foreign are the same answer."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from portal.cases import scope, services
from portal.cases.models import CaseStatus, Relation
from portal.cases.permissions import Action
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.errors import NotFound
from tests.support.cases import make_case
from tests.support.people import actor_of, make_user


def _actor(session: Session, role: Role) -> Actor:
    return actor_of(make_user(session, role))


def test_owner_reaches_own_case_and_nobody_elses(session: Session) -> None:
    owner, other = _actor(session, Role.PATIENT), _actor(session, Role.PATIENT)
    case = make_case(session, owner=owner)
    assert scope.for_actor(session, owner).case(case.reference) is case
    with pytest.raises(NotFound):
        scope.for_actor(session, other).case(case.reference)
    with pytest.raises(NotFound):
        scope.for_actor(session, owner).case("SO-NONE-NONE")


def test_a_coordinator_sees_nothing_of_a_draft(session: Session) -> None:
    coordinator = _actor(session, Role.COORDINATOR)
    draft, sent = make_case(session), make_case(session, CaseStatus.SUBMITTED)
    with pytest.raises(NotFound):
        scope.for_actor(session, coordinator).case(draft.reference)
    assert scope.for_actor(session, coordinator).case(sent.reference) is sent


def test_a_reviewer_without_assignment_reaches_no_case(session: Session) -> None:
    reviewer = _actor(session, Role.REVIEWER)
    case = make_case(session, CaseStatus.IN_REVIEW)
    with pytest.raises(NotFound):
        scope.for_actor(session, reviewer).case(case.reference)


def test_access_ends_with_the_assignment(session: Session) -> None:
    reviewer = _actor(session, Role.REVIEWER)
    case = make_case(session, CaseStatus.IN_REVIEW)
    services.grant(session, case, reviewer.user_id or "", Relation.ASSIGNED, actor=Actor.system())
    assert scope.for_actor(session, reviewer).case(case.reference, Action.DOCUMENT_READ) is case
    services.end_grants(session, case, relation=Relation.ASSIGNED, actor=Actor.system())
    with pytest.raises(NotFound):
        scope.for_actor(session, reviewer).case(case.reference)


def test_a_dated_grant_ends_by_itself(session: Session) -> None:
    helper = _actor(session, Role.CAREGIVER)
    case = make_case(session)
    grant = services.grant(session, case, helper.user_id or "", Relation.CAREGIVER, actor=Actor.system())
    grant.ends_at = now() + timedelta(days=1)
    session.flush()
    assert scope.for_actor(session, helper).case(case.reference) is case
    with time_machine.travel(now() + timedelta(days=2)), pytest.raises(NotFound):
        scope.for_actor(session, helper).case(case.reference)


def test_withdrawal_shuts_the_reviewer_out_at_once(session: Session) -> None:
    owner, reviewer = _actor(session, Role.PATIENT), _actor(session, Role.REVIEWER)
    case = make_case(session, CaseStatus.IN_REVIEW, owner=owner)
    services.grant(session, case, reviewer.user_id or "", Relation.ASSIGNED, actor=Actor.system())
    services.withdraw(session, case, actor=owner)
    assert case.state is CaseStatus.WITHDRAWN
    with pytest.raises(NotFound):
        scope.for_actor(session, reviewer).case(case.reference)


def test_cases_of_a_person_are_listed_newest_first(session: Session) -> None:
    owner = _actor(session, Role.PATIENT)
    first = make_case(session, owner=owner)
    second = make_case(session, owner=owner)
    make_case(session)
    listed = scope.for_actor(session, owner).cases(Relation.OWNER)
    assert {case.id for case in listed} == {first.id, second.id}
    assert listed[0].created_at >= listed[1].created_at
