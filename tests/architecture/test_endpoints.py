"""Every endpoint declares who may call it; nothing undeclared is served."""

import re

import pytest
from flask import Flask

from portal.core.access import declaration_of, public
from portal.core.actor import Actor, Role
from portal.core.guard import PUBLIC_ENDPOINTS
from portal.core.permissions import Permission, allows
from tests.support.pages import PortalClient
from tests.support.people import SignedIn

PUBLIC = {
    "accounts.check_mail",
    "accounts.confirm",
    "accounts.confirm_post",
    "accounts.invitation",
    "accounts.invitation_post",
    "accounts.register",
    "accounts.register_post",
    "accounts.reset",
    "accounts.reset_password",
    "accounts.reset_password_post",
    "accounts.reset_post",
    "accounts.second_factor",
    "accounts.second_factor_post",
    "accounts.second_factor_setup",
    "accounts.second_factor_setup_post",
    "accounts.sign_in",
    "accounts.sign_in_post",
    "accounts.sign_out",
    "accounts.signed_out",
    "intake.landing",
    "notifications.demo_mail",
}


def _endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()} - PUBLIC_ENDPOINTS


def test_every_endpoint_declares_its_permission(app: Flask) -> None:
    undeclared = [name for name in _endpoints(app) if declaration_of(app.view_functions[name]) is None]
    assert not undeclared


def test_the_public_list_is_short_and_known(app: Flask) -> None:
    declared = {name: declaration_of(app.view_functions[name]) for name in _endpoints(app)}
    assert {name for name, access in declared.items() if access and access.permission is None} == PUBLIC


def test_an_undeclared_view_is_not_served(app: Flask, client: PortalClient) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert client.get("/forgotten").status_code == 404


def _sample_urls(app: Flask) -> list[tuple[str, Permission, str, str]]:
    """One URL for each method of each protected endpoint, with ids that do not exist."""
    samples = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        access = declaration_of(app.view_functions[rule.endpoint])
        if access is None or access.permission is None:
            continue
        values = {name: 1 if name == "number" else "unknown" for name in rule.arguments}
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        url = adapter.build(rule.endpoint, values)
        samples += [(rule.endpoint, access.permission, method, url) for method in sorted(methods)]
    return samples


def test_nobody_signed_in_is_sent_to_sign_in(app: Flask, client: PortalClient) -> None:
    for endpoint, _, method, url in _sample_urls(app):
        response = client.open(url, method=method)
        assert (response.status_code, response.location.split("?")[0]) == (303, "/sign-in"), (
            method,
            endpoint,
        )


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_a_role_without_the_permission_gets_the_answer_of_an_unknown_page(
    app: Flask, client: PortalClient, signed_in: SignedIn, role: Role
) -> None:
    signed_in.as_(Actor(user_id="0" * 32, role=role, name="A Person"))
    unknown = client.get("/no/such/page").get_data()
    for endpoint, permission, method, url in _sample_urls(app):
        if allows(role, permission):
            continue
        response = client.open(url, method=method)
        assert response.status_code == 404, (method, endpoint)
        assert _without_nonce(response.get_data()) == _without_nonce(unknown), (method, endpoint)


def _without_nonce(body: bytes) -> bytes:

    return re.sub(rb'(nonce|value)="[^"]*"', b"", body)


def test_public_marks_a_view_and_nothing_else() -> None:
    def view() -> str:
        return ""

    assert declaration_of(view) is None
    access = declaration_of(public(view))
    assert access is not None
    assert access.permission is None
