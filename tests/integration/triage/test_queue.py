"""The coordinator's queue."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.db import Database
from portal.triage import policies, services
from tests.support.cases import make_case
from tests.support.pages import PortalClient

S = CaseStatus
NewCase = Callable[[CaseStatus], Case]
SignIn = Callable[..., Actor]


def test_the_queue_shows_state_age_and_next_step_without_names(
    client: PortalClient, sign_in: SignIn, new_case: NewCase, store: Session
) -> None:
    case = new_case(S.SUBMITTED)
    case.status_changed_at = now() - timedelta(days=3, minutes=1)
    store.commit()
    sign_in(Role.COORDINATOR, name="Ana")

    page = client.page("/triage")

    assert case.reference in page.text
    assert "New" in page.text
    assert "Start working on it" in page.text
    assert 'class="app-number">3</td>' in page.html
    assert "Canary" not in page.html
    assert f"/triage/{case.reference}" in page.links


@pytest.mark.parametrize(
    ("show", "seen"),
    [
        ("ours", {S.SUBMITTED, S.READY}),
        ("patient", {S.WAITING_FOR_PATIENT}),
        ("reviewer", {S.IN_REVIEW}),
        ("open", {S.SUBMITTED, S.READY, S.WAITING_FOR_PATIENT, S.IN_REVIEW}),
        ("finished", {S.RELEASED}),
        ("ready", {S.READY}),
        ("draft", {S.SUBMITTED, S.READY, S.WAITING_FOR_PATIENT, S.IN_REVIEW}),
        ("' or 1=1", {S.SUBMITTED, S.READY, S.WAITING_FOR_PATIENT, S.IN_REVIEW}),
    ],
)
def test_the_queue_is_filtered_by_who_must_act_or_by_state(
    client: PortalClient, sign_in: SignIn, store: Session, show: str, seen: set[S]
) -> None:
    statuses = (S.DRAFT, S.SUBMITTED, S.READY, S.WAITING_FOR_PATIENT, S.IN_REVIEW, S.RELEASED)
    cases = {status: make_case(store, status) for status in statuses}
    store.commit()
    sign_in(Role.COORDINATOR)

    page = client.get("/triage", query_string={"show": show}).get_data(as_text=True)

    assert {status for status, case in cases.items() if case.reference in page} == seen


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    app: Flask, client: PortalClient, sign_in: SignIn, store: Session
) -> None:
    sign_in(Role.COORDINATOR)
    database: Database = app.extensions["database"]
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    client.page("/triage")
    counts = []
    for _ in range(2):
        for _case in range(20):
            make_case(store, S.TRIAGE)
        store.commit()
        statements.clear()
        client.page("/triage")
        counts.append(sum(statement.startswith("SELECT") for statement in statements))

    assert counts[0] == counts[1] <= 5, statements


def test_a_long_queue_goes_on_where_the_page_ended(
    client: PortalClient, sign_in: SignIn, store: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "PAGE", 2)
    references = [make_case(store, S.TRIAGE).reference for _ in range(5)]
    store.commit()
    sign_in(Role.COORDINATOR)

    seen, url = [], "/triage?show=triage"
    for _ in range(3):
        page = client.page(url)
        seen += [link.removeprefix("/triage/") for link in page.links if link.startswith("/triage/")]
        url = next((link for link in page.links if "after=" in link), "")

    assert seen == references
    assert url == ""
    whole = len(client.page("/triage").links)
    for unreadable in ("nonsense", "0001-01-01T00:00:00%2B23:59_x"):
        assert len(client.page(f"/triage?after={unreadable}").links) == whole


def test_pages_of_the_queue_on_both_databases(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, "PAGE", 2)
    moment = now()
    for place in range(5):
        make_case(session, S.TRIAGE).status_changed_at = moment + timedelta(seconds=place // 2)
    session.flush()

    first = services.queue(session, "open")
    second = services.queue(session, "open", first.next)
    third = services.queue(session, "open", second.next)

    ids = [line.id for page in (first, second, third) for line in page.lines]
    assert len(ids) == len(set(ids)) == 5
    assert third.next is None


@pytest.mark.parametrize("role", [Role.PATIENT, Role.REVIEWER, Role.ADMIN, Role.AUDITOR])
def test_nobody_else_sees_the_queue(
    client: PortalClient, sign_in: SignIn, new_case: NewCase, role: Role
) -> None:
    case = new_case(S.TRIAGE)
    sign_in(role)

    assert client.get("/triage").status_code == 404
    assert client.get(f"/triage/{case.reference}").status_code == 404
