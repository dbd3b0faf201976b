"""Messages and the requests a case waits for, on both databases."""

import threading
import time
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.audit import services as audit
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus, Relation
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.messages import policies, services
from portal.messages.models import Audience, Message
from portal.notifications.models import OutboxMail
from tests.support.cases import make_case
from tests.support.people import actor_of, make_user

S = CaseStatus


@dataclass
class People:
    patient: Actor
    coordinator: Actor
    reviewer: Actor


@pytest.fixture
def people(session: Session) -> People:
    return People(
        *(actor_of(make_user(session, role)) for role in (Role.PATIENT, Role.COORDINATOR, Role.REVIEWER))
    )


def case_in(session: Session, people: People, status: S) -> Case:
    case = make_case(session, status, owner=people.patient)
    cases.grant(session, case, people.reviewer.user_id or "", Relation.ASSIGNED, actor=Actor.system())
    return case


def mails(session: Session) -> list[tuple[str, str]]:
    return [(mail.template, mail.to or "") for mail in session.scalars(select(OutboxMail))]


def test_a_request_makes_the_case_wait_and_its_answer_lets_it_go_on(session: Session, people: People) -> None:
    case = case_in(session, people, S.TRIAGE)

    asked = services.post(
        session,
        case,
        actor=people.coordinator,
        body="Please send the canary biopsy report.",
        audience=Audience.PATIENT,
        asks=True,
        link="http://localhost/x",
    )
    assert case.state is S.WAITING_FOR_PATIENT
    assert services.open_requests(session, case) == [asked]

    services.post(
        session, case, actor=people.patient, body="Here it is.", audience=Audience.PATIENT, answers=asked.id
    )
    assert case.state is S.TRIAGE
    assert services.open_requests(session, case) == []
    assert mails(session) == [
        ("information_asked", people.patient.email),
        ("answer_arrived", people.coordinator.email),
    ]
    assert "canary" not in "".join(mail.body or "" for mail in session.scalars(select(OutboxMail)))
    session.commit()
    acts = [row.action for row in audit.of_case(session, case.id)]
    assert {"information.asked", "information.answered"} <= set(acts)


def test_the_case_goes_on_with_the_last_open_request(session: Session, people: People) -> None:
    case = case_in(session, people, S.TRIAGE)
    first, second = (
        services.post(
            session, case, actor=people.coordinator, body=text, audience=Audience.PATIENT, asks=True
        )
        for text in ("one", "two")
    )

    services.post(session, case, actor=people.patient, body="by the way", audience=Audience.PATIENT)
    services.post(
        session, case, actor=people.patient, body="two", audience=Audience.PATIENT, answers=second.id
    )
    assert case.state is S.WAITING_FOR_PATIENT

    services.post(
        session, case, actor=people.coordinator, body="by phone", audience=Audience.PATIENT, answers=first.id
    )
    assert case.state is S.TRIAGE


@pytest.mark.parametrize("answerer", ["patient", "coordinator"])
def test_a_reviewers_question_is_answered_by_patient_or_coordinator(
    session: Session, people: People, answerer: str
) -> None:
    case = case_in(session, people, S.IN_REVIEW)
    asked = services.post(
        session, case, actor=people.reviewer, body="When?", audience=Audience.REVIEWER, asks=True
    )
    assert case.state is S.WAITING_FOR_ANSWER

    services.post(
        session,
        case,
        actor=getattr(people, answerer),
        body="In May",
        audience=Audience.REVIEWER,
        answers=asked.id,
    )

    assert case.state is S.IN_REVIEW
    assert mails(session)[0] == ("question_from_reviewer", people.patient.email)
    assert mails(session)[1] == ("answer_arrived", people.reviewer.email)


def test_reviewers_never_see_the_conversation_with_the_patient(session: Session, people: People) -> None:
    case = case_in(session, people, S.IN_REVIEW)
    services.post(session, case, actor=people.coordinator, body="private", audience=Audience.PATIENT)

    assert services.thread(session, case, people.reviewer) == []
    assert services.conversations(session, case, people.reviewer) == [Audience.REVIEWER]
    for act in (
        lambda: services.thread(session, case, people.reviewer, Audience.PATIENT),
        lambda: services.post(
            session, case, actor=people.reviewer, body="x", audience=Audience.PATIENT, asks=True
        ),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_only_whose_turn_it_is_may_ask(session: Session, people: People) -> None:
    submitted = case_in(session, people, S.SUBMITTED)
    in_review = case_in(session, people, S.IN_REVIEW)
    for case, actor, audience in (
        (submitted, people.coordinator, Audience.PATIENT),
        (in_review, people.coordinator, Audience.PATIENT),
        (in_review, people.coordinator, Audience.REVIEWER),
        (in_review, people.patient, Audience.REVIEWER),
    ):
        with pytest.raises(Conflict):
            services.post(session, case, actor=actor, body="?", audience=audience, asks=True)


@pytest.mark.parametrize("body", ["", "  \n ", "x" * (policies.BODY_LIMIT + 1)])
def test_a_message_has_words_but_not_too_many(session: Session, people: People, body: str) -> None:
    case = case_in(session, people, S.TRIAGE)

    with pytest.raises(Invalid) as caught:
        services.post(session, case, actor=people.patient, body=body, audience=Audience.PATIENT)

    assert caught.value.field == "body"


def test_answers_go_to_open_requests_of_the_same_conversation_only(session: Session, people: People) -> None:
    case, other = case_in(session, people, S.TRIAGE), case_in(session, people, S.TRIAGE)
    asked = services.post(
        session, case, actor=people.coordinator, body="?", audience=Audience.PATIENT, asks=True
    )

    def answer(to: Case, audience: Audience) -> None:
        services.post(session, to, actor=people.patient, body="!", audience=audience, answers=asked.id)

    for to, audience in ((other, Audience.PATIENT), (case, Audience.REVIEWER)):
        with pytest.raises(NotFound):
            answer(to, audience)
    answer(case, Audience.PATIENT)
    with pytest.raises(Conflict):
        answer(case, Audience.PATIENT)


def test_unread_messages_are_counted_until_they_are_opened(session: Session, people: People) -> None:
    case = case_in(session, people, S.TRIAGE)
    for text in ("one", "two"):
        services.post(session, case, actor=people.patient, body=text, audience=Audience.PATIENT)

    assert services.unread(session, case, people.coordinator) == 2
    assert services.unread(session, case, people.patient) == 0
    services.read(session, case, people.coordinator)
    assert services.unread(session, case, people.coordinator) == 0


def test_two_answers_at_once_never_leave_the_case_waiting(database: Database) -> None:
    """Patient and coordinator each answer one of the two open requests in the same moment."""
    for _round in range(5):
        with database.session(write=True) as session:
            patient, coordinator = (
                actor_of(make_user(session, role)) for role in (Role.PATIENT, Role.COORDINATOR)
            )
            case = make_case(session, S.TRIAGE, owner=patient)
            requests = [
                services.post(
                    session, case, actor=coordinator, body="?", audience=Audience.PATIENT, asks=True
                ).id
                for _ in range(2)
            ]
            session.commit()
        barrier = threading.Barrier(2)

        def answer(
            actor: Actor, request: str, case_id: str = case.id, gate: threading.Barrier = barrier
        ) -> None:
            with database.session(write=True) as session:
                gate.wait()
                case = session.get_one(Case, case_id)
                services.post(
                    session, case, actor=actor, body="!", audience=Audience.PATIENT, answers=request
                )
                session.commit()

        threads = [
            threading.Thread(target=answer, args=pair)
            for pair in zip((patient, coordinator), requests, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.session() as session:
            assert session.get_one(Case, case.id).state is S.TRIAGE
            assert not session.scalars(
                select(Message).where(Message.asks, Message.answered_by_id.is_(None))
            ).all()


def test_a_conversation_opened_twice_at_once_is_read_twice(database: Database) -> None:
    """The second page waits for the mark of the first and moves it, it does not fail on it."""
    with database.session(write=True) as session:
        patient = actor_of(make_user(session, Role.PATIENT))
        case_id = make_case(session, S.TRIAGE, owner=patient).id
        session.commit()
    gate = threading.Barrier(2)
    failed: list[str] = []

    def open_page() -> None:
        with database.session(write=True) as session:
            gate.wait()
            try:
                services.read(session, session.get_one(Case, case_id), patient)
                time.sleep(0.3)
                session.commit()
            except SQLAlchemyError as error:
                failed.append(type(error).__name__)

    pages = [threading.Thread(target=open_page) for _ in range(2)]
    for page in pages:
        page.start()
    for page in pages:
        page.join()
    assert failed == []
