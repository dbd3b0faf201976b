"""The reviewer's pages of offers."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import services as audit
from portal.cases import history
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.knowledge import loader
from portal.routing import services
from portal.routing.models import Offer
from tests.support.cases import make_case
from tests.support.pages import PortalClient
from tests.support.people import actor_of, make_user

S = CaseStatus
PROFILE = {
    "institution": "Hilltop University",
    "subspecialty": "Breast oncology",
    "licensed_states": "ca, New York",
    "languages": "English, Spanish",
    "conflicts": "Harbor Clinic\n\nSeaside Hospital",
    "capacity": "2",
}


@pytest.fixture
def store(app: Flask) -> Iterator[Session]:
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        yield session


@pytest.fixture
def reviewer(client: PortalClient, sign_in: Callable[..., Actor]) -> Actor:
    actor = sign_in(Role.REVIEWER, name="Rae")
    client.submit("/offers/profile", PROFILE)
    return actor


@pytest.fixture
def offered(store: Session, app: Flask, reviewer: Actor) -> tuple[str, str]:
    """Ids of an offer and of its reference."""
    coordinator = actor_of(make_user(store, Role.COORDINATOR, name="Ana"))
    patient = actor_of(make_user(store, Role.PATIENT, name="Canary Patient"))
    case = make_case(store, S.READY, owner=patient)
    app.extensions["vault"].create_case_key(case.id)
    case.pack_version = loader.pack().version
    case.treating_institution = "Canary Hospital"
    answers = {
        "sec.A": [
            {"linkId": "a.name", "answer": [{"valueString": "Canary Patient"}]},
            {"linkId": "a.dob", "answer": [{"valueDate": "1970-01-01"}]},
            {"linkId": "a.hospital", "answer": [{"valueString": "Canary Hospital"}]},
        ],
        "sec.L": [{"linkId": "l.q", "answer": [{"valueString": "Is a trial right?"}]}],
    }
    for section, items in answers.items():
        history.save(store, case, section, items, actor=patient)
    made = services.offer(store, case, reviewer.user_id or "", actor=coordinator)
    store.commit()
    return made.id, case.reference


def state_of(store: Session, offer_id: str) -> str:
    state = store.scalars(select(Offer.state).where(Offer.id == offer_id)).one()
    store.commit()
    return state


def test_an_offer_shows_facts_without_identity_and_is_audited(
    client: PortalClient, store: Session, reviewer: Actor, offered: tuple[str, str]
) -> None:
    offer_id, reference = offered
    assert reference in client.page("/offers").text

    page = client.page(f"/offers/{offer_id}")

    assert "50 to 59 years" in page.text
    assert "Canary" not in page.html
    assert f"/reviews/{reference}/preview" in page.links
    assert client.get(f"/reviews/{reference}").status_code == 404, "the case opens with acceptance"
    case = store.scalars(select(Case).where(Case.reference == reference)).one()
    acts = [(row.action, row.actor_id) for row in audit.of_case(store, case.id)]
    store.commit()
    assert ("offer.read", reviewer.user_id) in acts


def test_accepting_opens_the_review(client: PortalClient, store: Session, offered: tuple[str, str]) -> None:
    offer_id, reference = offered

    assert client.submit(f"/offers/{offer_id}/accept").location == f"/reviews/{reference}"

    assert state_of(store, offer_id) == "accepted"
    assert client.submit(f"/offers/{offer_id}/accept").status_code == 409
    assert "Open your review" in client.page(f"/offers/{offer_id}").text


def test_declining_needs_a_reason(client: PortalClient, store: Session, offered: tuple[str, str]) -> None:
    offer_id, _reference = offered

    page = client.submit_for_page(f"/offers/{offer_id}/decline", {"reason": " "})
    assert "Write why you decline" in page.text
    assert state_of(store, offer_id) == "offered"

    assert client.submit(f"/offers/{offer_id}/decline", {"reason": "On leave"}).location == "/offers"
    assert state_of(store, offer_id) == "declined"
    page = client.page(f"/offers/{offer_id}")
    assert "This offer is closed" in page.text
    assert "50 to 59" not in page.text


def test_a_withdrawn_offer_is_told_in_words(
    client: PortalClient, store: Session, offered: tuple[str, str]
) -> None:
    offer_id, _reference = offered
    services.withdraw(store, store.get_one(Offer, offer_id), actor=Actor.system())
    store.commit()

    page = client.submit_for_page(f"/offers/{offer_id}/accept", {}, 409)

    assert "This offer was withdrawn by the coordinator." in page.text


def test_offers_of_others_are_not_found(
    client: PortalClient, sign_in: Callable[..., Actor], offered: tuple[str, str]
) -> None:
    offer_id, _reference = offered
    for role in (Role.REVIEWER, Role.COORDINATOR, Role.PATIENT):
        sign_in(role)
        assert client.get(f"/offers/{offer_id}").status_code == 404
        assert client.post(f"/offers/{offer_id}/accept").status_code == 404
        assert client.post(f"/offers/{offer_id}/decline", data={"reason": "x"}).status_code == 404


def test_a_reviewer_keeps_their_profile(client: PortalClient, store: Session, reviewer: Actor) -> None:
    profile = services.profile_of(store, reviewer.user_id or "")
    assert profile is not None
    assert profile.licensed_states == ["CA", "NY"]
    assert profile.languages == ["English", "Spanish"]
    assert profile.conflicts == ["Harbor Clinic", "Seaside Hospital"]
    store.commit()

    page = client.page("/offers/profile")
    assert 'value="CA, NY"' in page.html
    assert "Hilltop University" in page.html


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("institution", "  ", "Enter the institution where you work"),
        ("licensed_states", "CA, Atlantis", "“Atlantis” is not a US state"),
        ("capacity", "many", "Enter a number"),
        ("capacity", "-1", "Enter a number from 0 to 50"),
        ("languages", "", "Enter at least one language"),
    ],
)
def test_a_wrong_profile_is_explained(
    client: PortalClient, sign_in: Callable[..., Actor], field: str, value: str, words: str
) -> None:
    sign_in(Role.REVIEWER)

    page = client.submit_for_page("/offers/profile", {**PROFILE, field: value})

    assert words in page.text


def test_a_reviewer_without_a_profile_is_told_what_to_do(
    client: PortalClient, sign_in: Callable[..., Actor]
) -> None:
    sign_in(Role.REVIEWER)

    assert "Fill in your profile" in client.page("/offers").text
