"""Offers and assignments, on both databases."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases import repository as grants
from portal.cases.models import Case, CaseStatus, Relation
from portal.core.actor import Actor, Role
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.notifications.models import OutboxMail
from portal.routing import services
from portal.routing.models import OfferState
from tests.support.cases import make_case
from tests.support.people import actor_of, make_user

S = CaseStatus


@dataclass
class People:
    coordinator: Actor
    colleague: Actor
    reviewer: Actor
    other: Actor


def reviewer(session: Session, institution: str, states: str = "CA", name: str = "") -> Actor:
    actor = actor_of(make_user(session, Role.REVIEWER, name=name))
    services.save_profile(
        session,
        actor.user_id or "",
        actor=actor,
        institution=institution,
        subspecialty="breast",
        licensed_states=states.split(),
        languages=["English"],
        conflicts=["Harbor Clinic"],
    )
    return actor


@pytest.fixture
def people(session: Session) -> People:
    return People(
        actor_of(make_user(session, Role.COORDINATOR, name="Ana Coordinator")),
        actor_of(make_user(session, Role.COORDINATOR, name="Ben Coordinator")),
        reviewer(session, "Hilltop University", name="Rae Reviewer"),
        reviewer(session, "Riverside Institute", "NY TX"),
    )


@pytest.fixture
def case(session: Session) -> Case:
    case = make_case(session, S.READY)
    case.patient_state, case.treating_institution = "CA", "Lakeside Hospital"
    session.flush()
    return case


def relations(session: Session, case: Case, actor: Actor) -> frozenset[Relation]:
    return grants.relations(session, case.id, actor.user_id or "")


def templates(session: Session) -> list[tuple[str, str]]:
    return [(mail.template, mail.to or "") for mail in session.scalars(select(OutboxMail))]


def test_an_offer_opens_the_preview_and_acceptance_opens_the_case(
    session: Session, case: Case, people: People
) -> None:
    made = services.offer(session, case, people.reviewer.user_id or "", actor=people.coordinator)
    assert case.state is S.OFFERED
    assert relations(session, case, people.reviewer) == {Relation.OFFERED}

    assignment = services.accept(session, made, people.reviewer)
    assert case.state is S.IN_REVIEW
    assert relations(session, case, people.reviewer) == {Relation.ASSIGNED}
    assert services.assignment_of(session, case) == assignment
    assert templates(session) == [
        ("offer_made", people.reviewer.email),
        ("offer_answered", people.coordinator.email),
    ]

    services.end_assignment(session, assignment, actor=people.coordinator)
    assert relations(session, case, people.reviewer) == frozenset()
    assert services.assignment_of(session, case) is None


def test_a_declined_case_is_ready_again_and_the_reason_is_kept(
    session: Session, case: Case, people: People
) -> None:
    made = services.offer(session, case, people.reviewer.user_id or "", actor=people.coordinator)
    with pytest.raises(Invalid):
        services.decline(session, made, people.reviewer, "  ")

    services.decline(session, made, people.reviewer, "I am away")

    assert (case.state, made.state, made.decline_reason) == (S.READY, OfferState.DECLINED, "I am away")
    assert relations(session, case, people.reviewer) == frozenset()
    choices = {one.user.id: one for one in services.reviewers_for(session, case)}
    assert choices[people.reviewer.user_id or ""].declined
    services.offer(session, case, people.other.user_id or "", actor=people.coordinator)


def test_a_withdrawn_offer_cannot_be_answered(session: Session, case: Case, people: People) -> None:
    made = services.offer(session, case, people.reviewer.user_id or "", actor=people.coordinator)
    services.withdraw(session, made, actor=people.colleague)
    assert case.state is S.READY
    for act in (
        lambda: services.accept(session, made, people.reviewer),
        lambda: services.decline(session, made, people.reviewer, "no"),
        lambda: services.withdraw(session, made, actor=people.coordinator),
    ):
        with pytest.raises(Conflict, match="withdrawn"):
            act()
    assert relations(session, case, people.reviewer) == frozenset()


def test_a_second_offer_is_refused_and_says_who_was_first(
    session: Session, case: Case, people: People
) -> None:
    services.offer(session, case, people.reviewer.user_id or "", actor=people.coordinator)

    with pytest.raises(Conflict, match="Ana Coordinator has already offered this case to Rae Reviewer"):
        services.offer(session, case, people.other.user_id or "", actor=people.colleague)

    made = services.open_offer(session, case)
    assert made is not None
    services.accept(session, made, people.reviewer)
    with pytest.raises(Conflict, match="Rae Reviewer is already reviewing"):
        services.offer(session, case, people.other.user_id or "", actor=people.colleague)


@pytest.mark.parametrize(
    "treating",
    ["Hilltop University", "HILLTOP  university hospital", "Elsewhere; Hilltop-University", "harbor clinic"],
)
def test_a_reviewer_of_the_treating_institution_cannot_be_offered_the_case(
    session: Session, case: Case, people: People, treating: str
) -> None:
    case.treating_institution = treating
    session.flush()

    with pytest.raises(Invalid) as caught:
        services.offer(session, case, people.reviewer.user_id or "", actor=people.coordinator)

    assert caught.value.field == "reviewer_id"
    assert "hospital" in caught.value.message
    assert case.state is S.READY
    assert services.open_offer(session, case) is None


def test_reviewers_are_listed_with_the_reason_why_not(session: Session, case: Case, people: People) -> None:
    blocked = reviewer(session, "Lakeside Medical Center")
    silent = actor_of(make_user(session, Role.REVIEWER))

    found = services.reviewers_for(session, case)

    assert [one.user.id for one in found[:2]] == [people.reviewer.user_id, people.other.user_id]
    assert [one.licensed_here for one in found[:2]] == [True, False]
    reasons = {one.user.id: one.why_not for one in found[2:]}
    assert "treats the patient" in (reasons[blocked.user_id or ""] or "")
    assert "where they work" in (reasons[silent.user_id or ""] or "")
    with pytest.raises(Invalid):
        services.offer(session, case, silent.user_id or "", actor=people.coordinator)


def test_who_is_no_reviewer_is_offered_nothing(session: Session, case: Case, people: People) -> None:
    for user_id in (people.colleague.user_id or "", "nobody"):
        with pytest.raises(Invalid):
            services.offer(session, case, user_id, actor=people.coordinator)
    with pytest.raises(NotAllowed):
        services.offer(session, case, people.reviewer.user_id or "", actor=Actor.system())


def test_an_institution_that_changed_after_the_offer_is_noticed_at_acceptance(
    session: Session, case: Case, people: People
) -> None:
    made = services.offer(session, case, people.reviewer.user_id or "", actor=people.coordinator)
    case.treating_institution = "Hilltop University"
    session.flush()

    with pytest.raises(Conflict):
        services.accept(session, made, people.reviewer)
    assert made.open


def test_offers_of_others_do_not_exist(session: Session, case: Case, people: People) -> None:
    made = services.offer(session, case, people.reviewer.user_id or "", actor=people.coordinator)

    acts: list[Callable[[], object]] = [
        lambda: services.offer_to(session, made.id, people.other),
        lambda: services.offer_to(session, "0" * 32, people.reviewer),
        lambda: services.accept(session, made, people.other),
        lambda: services.decline(session, made, people.other, "no"),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()
    assert services.offers_to(session, people.other) == []
    assert services.offers_to(session, people.reviewer) == [(made, case)]


def test_a_case_that_leaves_the_review_takes_everybody_s_access_with_it(
    session: Session, case: Case, people: People
) -> None:
    made = services.offer(session, case, people.reviewer.user_id or "", actor=people.coordinator)
    services.stop(session, case, actor=Actor.system())
    assert (made.state, relations(session, case, people.reviewer)) == (OfferState.WITHDRAWN, frozenset())

    again = make_case(session, S.READY)
    services.accept(
        session,
        services.offer(session, again, people.reviewer.user_id or "", actor=people.coordinator),
        people.reviewer,
    )
    services.stop(session, again, actor=Actor.system())
    assert services.assignment_of(session, again) is None
    assert relations(session, again, people.reviewer) == frozenset()
    assert [name for name, _to in templates(session)].count("case_withdrawn") == 2
