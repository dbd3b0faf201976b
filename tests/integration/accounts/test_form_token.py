"""The token in forms: one for a session, accepted only in that session."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask, render_template_string

from portal.core.clock import now
from tests.support.pages import PortalClient

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@pytest.fixture
def guarded(app: Flask) -> Flask:
    """The application with forms checked, as people meet it."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


def _token(client: PortalClient) -> str:
    found = TOKEN.search(client.get("/sign-in").get_data(as_text=True))
    assert found
    return found[1]


def _sign_in(client: PortalClient, token: str) -> int:
    data = {"csrf_token": token, "email": "nobody@example.org", "password": "not the password"}
    return client.post("/sign-in", data=data).status_code


def test_a_sessions_own_token_is_accepted_and_another_sessions_is_not(guarded: Flask) -> None:
    mine, theirs = guarded.test_client(), guarded.test_client()
    assert isinstance(mine, PortalClient)
    assert isinstance(theirs, PortalClient)
    own, other = _token(mine), _token(theirs)
    assert own != other
    assert _sign_in(mine, own) == 422
    assert _sign_in(mine, other) == 400
    assert _sign_in(mine, "forged") == 400


def test_the_token_in_every_page_of_a_session_is_accepted(guarded: Flask) -> None:
    client = guarded.test_client()
    assert isinstance(client, PortalClient)
    first = _token(client)
    with client.session_transaction() as session:
        secret = session["csrf_token"]
    with guarded.test_request_context("/") as context:
        context.session["csrf_token"] = secret
        kept = render_template_string("{{ csrf_token() }}")
        with time_machine.travel(now() + timedelta(hours=1)):
            assert render_template_string("{{ csrf_token() }}") == kept
    assert _sign_in(client, kept) == 422
    assert _sign_in(client, first) == 422
