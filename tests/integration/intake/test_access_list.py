"""The patient sees who opened what: plain words, no ids, nothing about health."""

from pathlib import Path

import pytest
from flask import Flask

from portal.audit import services as audit
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus, Relation
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.documents.models import DocumentState
from portal.intake.access_list import ACTS, SOMETHING
from portal.routing.models import OfferState
from portal.vault.services import Vault
from tests.integration.intake.walking import Walker
from tests.support.acts import acts_in_code
from tests.support.cases import make_case
from tests.support.pages import PortalClient
from tests.support.people import SignedIn, actor_of, make_user


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def case(database: Database, app: Flask, patient: Actor) -> Case:
    vault: Vault = app.extensions["vault"]
    with database.session(write=True) as session:
        made = make_case(session, CaseStatus.IN_REVIEW, owner=patient)
        vault.create_case_key(made.id)
        session.commit()
        return made


def note(database: Database, *events: object) -> None:
    with database.session(write=True) as session:
        for event in events:
            audit.record(session, event)  # type: ignore[arg-type]
        session.commit()


def someone(database: Database, role: Role) -> Actor:
    with database.session(write=True) as session:
        actor = actor_of(make_user(session, role, name="<script>alert(1)</script>"))
        session.commit()
    return actor


def test_what_a_coordinator_opens_the_patient_sees(
    client: PortalClient, signed_in: SignedIn, patient: Actor, database: Database, case: Case
) -> None:
    signed_in.as_(someone(database, Role.COORDINATOR))
    client.page(f"/triage/{case.reference}")
    signed_in.as_(patient)
    page = client.page(f"/cases/{case.reference}/access")
    assert "A coordinator opened your case" in page.text
    assert "You started this request" in page.text
    assert "looked at this list" not in page.text
    assert "You looked at this list" in client.page(f"/cases/{case.reference}/access").text


def test_pages_are_told_by_number_and_repeats_once(
    client: PortalClient, database: Database, case: Case
) -> None:
    expert = someone(database, Role.REVIEWER)
    document = "a" * 32
    read = [
        expert.did(f"document.{kind}_read", case_id=case.id, subject=f"{document}/2")
        for kind in ("page", "image", "page")
    ]
    note(database, *read, expert.did("offer.read", case_id=case.id, subject=document))
    page = client.page(f"/cases/{case.reference}/access")
    assert "The expert opened page 2 of a report (3 times)" in page.text
    assert "An expert who was asked looked at a preview without your name" in page.text


def test_no_id_no_code_no_name_no_address_is_on_the_page(
    client: PortalClient, database: Database, case: Case, patient: Actor
) -> None:
    expert = someone(database, Role.REVIEWER)
    events = [
        Actor(user_id=expert.user_id, role=role, name=expert.name, origin="203.0.113.9").did(
            action, case_id=case.id, subject=f"{'b' * 32}/x", reason="b.type"
        )
        for action in ACTS
        for role in (Role.REVIEWER, Role.SYSTEM)
    ]
    note(database, *events[:40])
    html = client.page(f"/cases/{case.reference}/access").html
    main = html.split("<main", 1)[1]
    for secret in (case.id, expert.user_id or "", patient.user_id or "", "b" * 32, "203.0.113.9", "b.type"):
        assert secret not in main
    assert "alert(1)" not in html
    assert not [action for action in ACTS if f" {action}" in main]


def test_an_act_without_words_is_told_neutrally(client: PortalClient, database: Database, case: Case) -> None:
    note(database, Actor(user_id=None, role=Role.ADMIN).did("brand.new-act", case_id=case.id))
    page = client.page(f"/cases/{case.reference}/access")
    assert f"An administrator {SOMETHING}" in page.text
    assert "brand" not in page.text


def test_a_long_list_goes_on_from_page_to_page(client: PortalClient, database: Database, case: Case) -> None:
    expert = someone(database, Role.REVIEWER)
    note(
        database,
        *(
            expert.did("document.page_read", case_id=case.id, subject=f"{'c' * 32}/{n}")
            for n in range(1, 121)
        ),
    )
    url, seen = f"/cases/{case.reference}/access", ""
    for _ in range(10):
        page = client.page(url)
        seen += page.text
        older = [link for link in page.links if "before=" in link]
        if not older:
            break
        url = older[0]
    assert all(f"opened page {n} of a report" in seen for n in range(1, 121))
    assert "You started this request" in seen
    for before in ("0", "-5", "9" * 40, "x"):
        client.page(f"/cases/{case.reference}/access?before={before}")


def test_only_the_patient_has_this_list(
    client: PortalClient, signed_in: SignedIn, database: Database, case: Case
) -> None:
    caregiver = someone(database, Role.CAREGIVER)
    with database.session(write=True) as session:
        held = session.get_one(Case, case.id)
        cases.grant(session, held, caregiver.user_id or "", Relation.CAREGIVER, actor=Actor.system())
        session.commit()
    for actor in (caregiver, *(someone(database, role) for role in Role if role is not Role.SYSTEM)):
        signed_in.as_(actor)
        client.page(f"/cases/{case.reference}/access", 404)


def test_looking_is_on_record(client: PortalClient, database: Database, case: Case) -> None:
    client.page(f"/cases/{case.reference}/access")
    with database.session() as session:
        assert audit.of_case(session, case.id)[0].action == "trail.read"


def test_the_task_list_leads_there_but_not_for_a_caregiver(
    app: Flask, client: PortalClient, signed_in: SignedIn, walker: Walker
) -> None:
    assert f"{walker.base}/access" in client.page(walker.base).links
    database: Database = app.extensions["database"]
    caregiver = someone(database, Role.CAREGIVER)
    with database.session(write=True) as session:
        held = session.get_one(Case, walker.case().id)
        cases.grant(session, held, caregiver.user_id or "", Relation.CAREGIVER, actor=Actor.system())
        session.commit()
    signed_in.as_(caregiver)
    assert f"{walker.base}/access" not in client.page(walker.base).links


def test_every_act_on_a_case_has_words(app: Flask) -> None:
    portal = Path(app.root_path) / "portal"
    found = acts_in_code(portal) - {"reviewer.profile_saved"}
    found |= {f"case.{status.value}" for status in CaseStatus}
    found |= {f"offer.{state.value}" for state in OfferState if state is not OfferState.OFFERED}
    found |= {f"document.{state.value}" for state in DocumentState if state is not DocumentState.UPLOADING}
    assert found - set(ACTS) == set()
