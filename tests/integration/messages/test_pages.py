"""Pages of messages."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import services as audit
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus, Relation
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.messages import services
from portal.messages.models import Audience
from tests.support.cases import make_case
from tests.support.pages import PortalClient
from tests.support.people import SignedIn, actor_of, make_user

S = CaseStatus


@pytest.fixture
def store(app: Flask) -> Iterator[Session]:
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        yield session


@pytest.fixture
def people(store: Session) -> dict[Role, Actor]:
    made = {
        role: actor_of(make_user(store, role)) for role in (Role.PATIENT, Role.COORDINATOR, Role.REVIEWER)
    }
    store.commit()
    return made


@pytest.fixture
def new_case(store: Session, people: dict[Role, Actor]) -> Callable[[S], Case]:
    def make(status: S) -> Case:
        case = make_case(store, status, owner=people[Role.PATIENT])
        cases.grant(store, case, people[Role.REVIEWER].user_id or "", Relation.ASSIGNED, actor=Actor.system())
        store.commit()
        return case

    return make


def status_of(store: Session, case: Case) -> S:
    found = store.scalars(select(Case.status).where(Case.id == case.id)).one()
    store.commit()
    return S(found)


def test_a_request_is_read_and_answered(
    client: PortalClient,
    signed_in: SignedIn,
    store: Session,
    people: dict[Role, Actor],
    new_case: Callable[[S], Case],
) -> None:
    case = new_case(S.TRIAGE)
    url = f"/cases/{case.reference}/messages"
    signed_in.as_(people[Role.COORDINATOR])
    assert client.submit(url, {"body": "Which <b>day</b>?", "asks": "y"}).location == url
    assert status_of(store, case) is S.WAITING_FOR_PATIENT

    signed_in.as_(people[Role.PATIENT])
    page = client.page(url)
    assert "Which <b>day</b>?" in page.text
    assert "Waits for an answer" in page.text
    asked = services.open_requests(store, case)[0].id
    store.commit()
    assert f'value="{asked}" checked' in page.html

    assert client.submit(url, {"body": "In May", "about": asked}).location == url
    assert status_of(store, case) is S.TRIAGE
    assert "Answer to: “Which <b>day</b>?”" in client.page(url).text
    late = client.submit_for_page(url, {"body": "In June", "about": asked})
    assert "answered in the meantime" in late.text
    assert "In June" in late.html
    acts = [
        row.action for row in audit.of_case(store, case.id) if row.actor_id == people[Role.PATIENT].user_id
    ]
    store.commit()
    assert acts.count("messages.read") == 3
    assert acts.count("information.answered") == 1


def test_a_reviewers_page_is_the_conversation_with_reviewers(
    client: PortalClient,
    signed_in: SignedIn,
    store: Session,
    people: dict[Role, Actor],
    new_case: Callable[[S], Case],
) -> None:
    case = new_case(S.IN_REVIEW)
    url = f"/cases/{case.reference}/messages"
    services.post(
        store, case, actor=people[Role.COORDINATOR], body="private words", audience=Audience.PATIENT
    )
    store.commit()

    signed_in.as_(people[Role.REVIEWER])
    assert "private words" not in client.page(url).text
    assert client.get(f"{url}/patient").status_code == 404
    client.submit(url, {"body": "Since when?", "asks": "y"})
    assert status_of(store, case) is S.WAITING_FOR_ANSWER

    signed_in.as_(people[Role.PATIENT])
    assert "Since when?" not in client.page(url).text
    assert "Questions from the expert" in client.page(url).text
    page = client.page(f"{url}/reviewer")
    assert "The expert" in page.text
    asked = page.html.partition('name="about"')[2].partition('value="')[2].partition('"')[0]
    assert client.submit(f"{url}/reviewer", {"body": "May", "about": asked}).location == f"{url}/reviewer"
    assert status_of(store, case) is S.IN_REVIEW


@pytest.mark.parametrize("body", ["", "   ", "x" * 10_001])
def test_a_bad_message_is_explained(
    client: PortalClient,
    signed_in: SignedIn,
    people: dict[Role, Actor],
    new_case: Callable[[S], Case],
    body: str,
) -> None:
    url = f"/cases/{new_case(S.TRIAGE).reference}/messages"
    signed_in.as_(people[Role.PATIENT])

    page = client.submit_for_page(url, {"body": body})

    assert "Write your message" in page.text or "10000 characters or less" in page.text


def test_a_patient_cannot_make_the_case_wait(
    client: PortalClient,
    signed_in: SignedIn,
    store: Session,
    people: dict[Role, Actor],
    new_case: Callable[[S], Case],
) -> None:
    case = new_case(S.TRIAGE)
    signed_in.as_(people[Role.PATIENT])

    client.submit(f"/cases/{case.reference}/messages", {"body": "hello", "asks": "y"})

    assert status_of(store, case) is S.TRIAGE


def test_others_and_odd_addresses_find_nothing(
    client: PortalClient, signed_in: SignedIn, store: Session, new_case: Callable[[S], Case]
) -> None:
    case = new_case(S.IN_REVIEW)
    url = f"/cases/{case.reference}/messages"
    for role in (Role.PATIENT, Role.REVIEWER, Role.ADMIN, Role.AUDITOR):
        stranger = actor_of(make_user(store, role))
        store.commit()
        signed_in.as_(stranger)
        assert client.get(url).status_code == 404
        assert client.post(url, data={"body": "hi"}).status_code == 404
        assert client.get(f"{url}/everybody").status_code == 404


def test_after_the_end_messages_are_read_but_not_written(
    client: PortalClient, signed_in: SignedIn, people: dict[Role, Actor], new_case: Callable[[S], Case]
) -> None:
    url = f"/cases/{new_case(S.WITHDRAWN).reference}/messages"
    signed_in.as_(people[Role.PATIENT])

    assert "Nobody can add messages" in client.page(url).text
    assert client.post(url, data={"body": "hi"}).status_code == 404
