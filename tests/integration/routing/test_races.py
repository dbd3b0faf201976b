"""Two people at the same case in the same moment, real threads, both databases: exactly one wins."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.db import Database
from portal.core.errors import PortalError
from portal.routing import services
from portal.routing.models import Assignment, Offer, OfferState
from tests.support.cases import make_case
from tests.support.people import actor_of, make_user

ROUNDS = 10
Act = Callable[[Session], object]


def run_at_once(database: Database, *acts: Act) -> list[str]:
    """What came of each act: ``won``, or the words it was refused with."""
    gate = threading.Barrier(len(acts))
    outcomes = [""] * len(acts)

    def run(place: int, act: Act) -> None:
        with database.session(write=True) as session:
            gate.wait()
            try:
                act(session)
                session.commit()
                outcomes[place] = "won"
            except PortalError as error:
                outcomes[place] = error.message

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


def people(session: Session, role: Role, *names: str) -> list[Actor]:
    return [actor_of(make_user(session, role, name=name)) for name in names]


def prepare(database: Database) -> tuple[str, list[Actor], list[Actor]]:
    """A ready case, two coordinators, two reviewers."""
    with database.session(write=True) as session:
        coordinators = people(session, Role.COORDINATOR, "Ana", "Ben")
        reviewers = people(session, Role.REVIEWER, "Rae", "Sol")
        for each in reviewers:
            services.save_profile(
                session,
                each.user_id or "",
                actor=each,
                institution="Hilltop",
                subspecialty="breast",
                licensed_states=["CA"],
                languages=["English"],
            )
        case = make_case(session, CaseStatus.READY)
        session.commit()
        return case.id, coordinators, reviewers


def test_of_two_coordinators_offering_one_wins_and_the_other_is_told_who(database: Database) -> None:
    for _ in range(ROUNDS):
        case_id, coordinators, reviewers = prepare(database)

        def offer(by: Actor, to: Actor, case_id: str = case_id) -> Act:
            return lambda session: services.offer(
                session, session.get_one(Case, case_id), to.user_id or "", actor=by
            )

        outcomes = run_at_once(
            database, offer(coordinators[0], reviewers[0]), offer(coordinators[1], reviewers[1])
        )

        assert outcomes.count("won") == 1, outcomes
        winner = outcomes.index("won")
        expected = f"{coordinators[winner].name} has already offered this case to {reviewers[winner].name}"
        assert expected in outcomes[1 - winner]
        with database.session() as session:
            offers = session.scalars(select(Offer).where(Offer.case_id == case_id)).all()
            assert [made.state for made in offers] == ["offered"]
            assert session.get_one(Case, case_id).state is CaseStatus.OFFERED


def test_acceptance_against_withdrawal_has_one_winner(database: Database) -> None:
    for _ in range(ROUNDS):
        case_id, (ana, _ben), (rae, _sol) = prepare(database)
        with database.session(write=True) as session:
            made = services.offer(session, session.get_one(Case, case_id), rae.user_id or "", actor=ana)
            session.commit()

        def accept(session: Session, found: str = made.id, by: Actor = rae) -> None:
            services.accept(session, session.get_one(Offer, found), by)

        def withdraw(session: Session, found: str = made.id, by: Actor = ana) -> None:
            services.withdraw(session, session.get_one(Offer, found), actor=by)

        outcomes = run_at_once(database, accept, withdraw)

        assert outcomes.count("won") == 1, outcomes
        accepted = outcomes[0] == "won"
        assert ("accepted" if accepted else "withdrawn") in outcomes[int(accepted)]
        with database.session() as session:
            case = session.get_one(Case, case_id)
            assert case.state is (CaseStatus.IN_REVIEW if accepted else CaseStatus.READY)
            assigned = session.scalars(select(Assignment).where(Assignment.case_id == case_id)).all()
            assert len(assigned) == int(accepted)


def test_the_database_itself_refuses_a_second_open_offer_and_a_second_reviewer(database: Database) -> None:
    case_id, (ana, _ben), (rae, sol) = prepare(database)
    offers = [
        Offer(
            case_id=case_id,
            reviewer_id=reviewer.user_id,
            state=OfferState.OFFERED.value,
            made_by=ana.user_id,
            made_at=now(),
        )
        for reviewer in (rae, sol)
    ]
    with database.session(write=True) as session:
        session.add(offers[0])
        session.flush()
        session.add(
            Assignment(case_id=case_id, reviewer_id=rae.user_id, offer_id=offers[0].id, accepted_at=now())
        )
        session.commit()
    with database.session(write=True) as session:
        session.add(offers[1])
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
        offers[1].state = OfferState.DECLINED.value
        session.add(offers[1])
        session.flush()
        session.add(
            Assignment(case_id=case_id, reviewer_id=sol.user_id, offer_id=offers[1].id, accepted_at=now())
        )
        with pytest.raises(IntegrityError):
            session.flush()
