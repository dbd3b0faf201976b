"""The desk of one case and its steps."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import services as audit
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.messages import services as messages
from portal.messages.models import Audience
from portal.notifications.models import OutboxMail
from portal.packages import services as packages
from portal.routing import services as routing
from tests.support.pages import PortalClient
from tests.support.people import SignedIn

S = CaseStatus
NewCase = Callable[[CaseStatus], Case]
NewReviewer = Callable[..., Actor]
SignIn = Callable[..., Actor]


def status_of(store: Session, case: Case) -> S:
    """What the database says; the write lock is given back at once."""
    found = store.scalars(select(Case.status).where(Case.id == case.id)).one()
    store.commit()
    return S(found)


@pytest.mark.parametrize("status", [status for status in S if status not in {S.DRAFT, S.ERASED}])
def test_the_desk_opens_in_every_state_and_is_audited(
    client: PortalClient, sign_in: SignIn, new_case: NewCase, store: Session, status: S
) -> None:
    case = new_case(status)
    coordinator = sign_in(Role.COORDINATOR)

    page = client.page(f"/triage/{case.reference}")

    assert case.reference in page.text
    assert "Pat Canary" in page.text
    assert page.html.count('class="govuk-button"') <= 1, "one primary button"
    told = status not in {S.SIGNED, S.RELEASED, S.CLOSED, S.WITHDRAWN}
    assert ("Is a trial right for me?" in page.text) is told
    rows = [row for row in audit.of_case(store, case.id) if row.action == "case.read"]
    assert [row.actor_id for row in rows] == [coordinator.user_id]
    store.commit()


def test_a_draft_is_nobody_elses(client: PortalClient, sign_in: SignIn, new_case: NewCase) -> None:
    case = new_case(S.DRAFT)
    sign_in(Role.COORDINATOR)

    assert client.get(f"/triage/{case.reference}").status_code == 404
    assert client.post(f"/triage/{case.reference}/take").status_code == 404


def test_a_case_walks_from_new_to_offered(
    client: PortalClient,
    sign_in: SignIn,
    new_case: NewCase,
    new_reviewer: NewReviewer,
    store: Session,
) -> None:
    case = new_case(S.SUBMITTED)
    reviewer = new_reviewer("Hilltop University", "Rae Reviewer")
    new_reviewer("Lakeside Medical Center", "Lou Local")
    sign_in(Role.COORDINATOR, name="Ana")
    desk = f"/triage/{case.reference}"

    assert client.submit(f"{desk}/take").location == desk
    assert status_of(store, case) is S.TRIAGE
    assert client.submit(f"{desk}/ready").location == desk
    assert status_of(store, case) is S.READY
    assert packages.current(store, case) is not None
    store.commit()

    page = client.page(f"{desk}/offer")
    assert "California" in page.text
    assert "Lakeside Hospital" in page.text
    assert "Licensed in the patient’s state (CA)" in page.text
    assert f'value="{reviewer.user_id}"' in page.html
    blocked = page.text.partition("Who cannot be asked")[2]
    assert "Lou Local" in blocked
    assert "treats the patient" in blocked

    assert client.submit(f"{desk}/offer", {"reviewer_id": reviewer.user_id}).location == desk
    assert status_of(store, case) is S.OFFERED
    assert "Rae Reviewer has not answered yet" in client.page(desk).text

    assert client.submit(f"{desk}/withdraw-offer").location == desk
    assert client.submit(f"{desk}/back").location == desk
    assert status_of(store, case) is S.TRIAGE


def test_asking_the_patient_makes_the_case_wait_and_mails_without_health_details(
    client: PortalClient, sign_in: SignIn, new_case: NewCase, store: Session
) -> None:
    case = new_case(S.TRIAGE)
    sign_in(Role.COORDINATOR)
    desk = f"/triage/{case.reference}"

    page = client.submit_for_page(f"{desk}/ask", {"body": "  "})
    assert "Write what you need from the patient" in page.text
    assert client.submit(f"{desk}/ask", {"body": "The canary HER2 report, please"}).location == desk

    assert status_of(store, case) is S.WAITING_FOR_PATIENT
    mail = store.scalars(select(OutboxMail)).one()
    assert mail.template == "information_asked"
    assert f"http://localhost/cases/{case.reference}/messages" in (mail.body or "")
    assert "canary" not in f"{mail.subject} {mail.body}"
    store.commit()
    assert "The canary HER2 report, please" in client.page(desk).text


def test_an_offer_to_a_reviewer_at_the_treating_institution_is_refused_with_the_reason(
    client: PortalClient, sign_in: SignIn, new_case: NewCase, new_reviewer: NewReviewer, store: Session
) -> None:
    case = new_case(S.READY)
    local = new_reviewer("lakeside hospital", "Lou Local")
    sign_in(Role.COORDINATOR)

    page = client.submit_for_page(f"/triage/{case.reference}/offer", {"reviewer_id": local.user_id})

    assert "This reviewer works at the hospital that treats the patient." in page.text
    assert status_of(store, case) is S.READY
    page = client.submit_for_page(f"/triage/{case.reference}/offer", {})
    assert "Choose a reviewer" in page.text


def test_of_two_coordinators_offering_the_second_is_told_who_was_first(
    client: PortalClient, sign_in: SignIn, new_case: NewCase, new_reviewer: NewReviewer, store: Session
) -> None:
    case = new_case(S.READY)
    rae, sol = new_reviewer("Hilltop", "Rae Reviewer"), new_reviewer("Riverside", "Sol Reviewer")
    url = f"/triage/{case.reference}/offer"
    sign_in(Role.COORDINATOR, name="Ana Coordinator")
    client.submit(url, {"reviewer_id": rae.user_id})
    sign_in(Role.COORDINATOR, name="Ben Coordinator")

    page = client.submit_for_page(url, {"reviewer_id": sol.user_id}, 409)

    assert "Ana Coordinator has already offered this case to Rae Reviewer." in page.text
    assert "Ana Coordinator has already offered" in client.page(url, 409).text


@pytest.mark.parametrize("step", ["take", "ready", "ask", "back", "withdraw-offer", "close", "offer"])
def test_a_step_that_does_not_fit_any_more_is_a_conflict_with_words(
    client: PortalClient, sign_in: SignIn, new_case: NewCase, store: Session, step: str
) -> None:
    case = new_case(S.WITHDRAWN)
    sign_in(Role.COORDINATOR)
    page = client.submit_for_page(f"/triage/{case.reference}/{step}", {}, 409)
    assert "This case is now “Withdrawn”" in page.text
    assert status_of(store, case) is S.WITHDRAWN


def test_a_released_case_is_closed(
    client: PortalClient, sign_in: SignIn, new_case: NewCase, store: Session
) -> None:
    case = new_case(S.RELEASED)
    sign_in(Role.COORDINATOR)

    client.submit(f"/triage/{case.reference}/close")

    assert status_of(store, case) is S.CLOSED


def test_the_desk_shows_declined_offers_with_their_reason_and_new_messages(
    app: Flask,
    client: PortalClient,
    sign_in: SignIn,
    new_case: NewCase,
    new_reviewer: NewReviewer,
    store: Session,
) -> None:
    case = new_case(S.READY)
    reviewer = new_reviewer("Hilltop", "Rae Reviewer")
    coordinator = sign_in(Role.COORDINATOR)
    made = routing.offer(store, case, reviewer.user_id or "", actor=coordinator)
    routing.decline(store, made, reviewer, "I am on leave")
    store.commit()
    patient = Actor(user_id=case.patient_id, role=Role.PATIENT)
    messages.post(store, case, actor=patient, body="Any <b>news</b>?", audience=Audience.PATIENT)
    store.commit()

    page = client.page(f"/triage/{case.reference}")

    assert "Rae Reviewer: declined" in page.text
    assert "I am on leave" in page.text
    assert "1 new" in page.text
    assert "Any <b>news</b>?" in page.text
    assert "Declined this case before." in client.page(f"/triage/{case.reference}/offer").text


def test_a_coordinator_who_signed_out_takes_no_step(
    client: PortalClient, signed_in: SignedIn, new_case: NewCase, store: Session
) -> None:
    case = new_case(S.SUBMITTED)
    signed_in.as_(None)

    assert client.post(f"/triage/{case.reference}/take").status_code == 303
    assert status_of(store, case) is S.SUBMITTED
