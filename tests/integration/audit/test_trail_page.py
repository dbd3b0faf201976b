"""The auditor's page."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal.audit import services as audit
from portal.core.actor import Actor, Role
from portal.core.db import Database
from tests.support.pages import PortalClient

SignIn = Callable[..., Actor]
CASE, OTHER = "c" * 32, "d" * 32


@pytest.fixture
def trail(app: Flask) -> None:
    """Sixty acts on one case, one on another."""
    database: Database = app.extensions["database"]
    actor = Actor(user_id="a" * 32, role=Role.REVIEWER, origin="192.0.2.7")
    with database.session(write=True) as session:
        for number in range(60):
            audit.record(session, actor.did("document.read", case_id=CASE, subject=f"page-{number}-"))
        audit.record(session, actor.did("opinion.read", case_id=OTHER))
        session.commit()


def test_newest_first_page_by_page(client: PortalClient, sign_in: SignIn, trail: None) -> None:
    sign_in(Role.AUDITOR)
    page = client.page("/audit")
    assert "opinion.read" in page.text
    assert "page-59-" in page.text
    assert "page-10-" not in page.text
    (older,) = [link for link in page.links if "before=" in link]
    page = client.page(older)
    assert "page-10-" in page.text
    assert "page-0-" in page.text
    assert not [link for link in page.links if "before=" in link]


def test_filters_by_case_person_and_act(client: PortalClient, sign_in: SignIn, trail: None) -> None:
    sign_in(Role.AUDITOR)
    assert "page-" not in client.page(f"/audit?case={OTHER}").text
    (older,) = [link for link in client.page(f"/audit?case={CASE}").links if "before=" in link]
    assert f"case={CASE}" in older
    assert "opinion.read" not in client.page("/audit?action=document.read").text
    assert "Nothing was found" in client.page(f"/audit?person={'e' * 32}").text
    assert "32 letters and digits" in client.page("/audit?case=SO-2222-3333", status=422).text


@pytest.mark.parametrize("role", [Role.PATIENT, Role.COORDINATOR, Role.REVIEWER, Role.ADMIN])
def test_nobody_else_sees_it(client: PortalClient, sign_in: SignIn, role: Role) -> None:
    sign_in(role)
    client.page("/audit", status=404)
