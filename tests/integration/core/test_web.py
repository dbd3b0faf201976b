"""Headers, guard and error pages of the assembled application."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from portal.core.access import public, requires
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid, TooLarge, Unavailable
from portal.core.permissions import Permission
from tests.support.pages import PortalClient, check_page
from tests.support.people import SignedIn


def _serve(app: Flask, error: Exception) -> None:
    @public
    def view() -> str:
        raise error

    app.add_url_rule("/raises", "raises", view)


def test_pages_carry_strict_headers_and_are_never_cached(client: PortalClient) -> None:
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=" in headers["Strict-Transport-Security"]


def test_a_foreign_host_name_is_refused_in_words(client: PortalClient) -> None:
    response = client.get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "not served under this address" in response.get_data(as_text=True)


def test_each_response_has_its_own_nonce(client: PortalClient) -> None:
    first, second = (client.get("/").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Conflict("Ana Ruiz was first."), 409),
        (TooLarge("This file is too large."), 413),
        (Invalid("Enter a date."), 422),
        (Unavailable(), 503),
        (StaleDataError("versions differ"), 409),
        (OperationalError("select 1", {}, Exception("gone")), 503),
    ],
)
def test_errors_become_pages_in_plain_words(
    app: Flask, client: PortalClient, error: Exception, status: int
) -> None:
    _serve(app, error)
    response = client.get("/raises")
    assert response.status_code == status
    body = response.get_data(as_text=True)
    assert body.count("<h1") == 1
    assert getattr(error, "message", "") in body
    assert "select 1" not in body
    assert ("Retry-After" in response.headers) == (status == 503)


def test_an_unknown_page_is_a_page(client: PortalClient) -> None:
    page = check_page(client.get("/no/such/page"), 404)
    assert page.title


@pytest.mark.parametrize(("age", "status"), [(None, 303), (6, 303), (4, 200)])
def test_a_sensitive_act_asks_for_a_recent_confirmation(
    app: Flask,
    client: PortalClient,
    signed_in: SignedIn,
    sign_in: Callable[..., Actor],
    age: int | None,
    status: int,
) -> None:
    @requires(Permission.CASE_TRIAGE, step_up=True)
    def view() -> str:
        return "done"

    app.add_url_rule("/sensitive", "sensitive", view)
    actor = sign_in(Role.COORDINATOR)
    confirmed = None if age is None else now() - timedelta(minutes=age)
    signed_in.as_(replace(actor, stepped_up_at=confirmed))
    response = client.get("/sensitive")
    assert response.status_code == status
    if status == 303:
        assert response.location.startswith("/step-up?next=/sensitive")


def test_a_lost_post_returns_to_the_page_it_came_from_and_never_elsewhere(
    app: Flask, client: PortalClient
) -> None:
    @requires(Permission.CASE_TRIAGE)
    def act() -> str:
        return "done"

    app.add_url_rule("/act", "act", act, methods=["POST"])
    ours = client.post("/act", headers={"Referer": "http://localhost/triage/x"})
    theirs = client.post("/act", headers={"Referer": "http://evil.example/triage"})
    assert ours.location == "/sign-in?next=/triage/x"
    assert theirs.location == "/sign-in?next=/home"
