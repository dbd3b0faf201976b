"""Invitations: bound to address and role, one use, a limited time, the second factor first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal.accounts import services
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.core.errors import Invalid, NotAllowed
from tests.integration.accounts.kit import PASSWORD, Browser, link, mails, person


def _invite(app: Flask, role: Role = Role.REVIEWER, email: str = "lee@example.org") -> str:
    database: Database = app.extensions["database"]
    with app.app_context(), database.session(write=True) as session:
        services.invite(session, email=email, name="Lee Park", role=role, actor=Actor.system())
        session.commit()
    return link(app)


def test_an_invited_person_sets_up_both_factors_before_anything_else(app: Flask, browser: Browser) -> None:
    path = _invite(app)
    page = browser.page(path)
    assert all(text in page.text for text in ("Lee Park", "lee@example.org", "Reviewer"))
    assert browser.send(path, password=PASSWORD).location == "/second-factor/setup?next=/home"
    assert browser.client.get("/account").location.startswith("/sign-in")
    assert browser.client.get("/sign-in").location.startswith("/second-factor/setup")
    browser.set_up_app()
    assert "Reviewer" in browser.page("/account").text


def test_leaving_before_the_second_factor_leads_back_to_it(app: Flask, browser: Browser) -> None:
    browser.send(_invite(app), password=PASSWORD)
    browser.send("/sign-out")
    assert browser.give_password("lee@example.org").location == "/second-factor/setup?next=/home"


@pytest.mark.parametrize(("role", "hours"), [(Role.REVIEWER, 24), (Role.PATIENT, 72)])
def test_staff_have_a_day_and_patients_three(
    app: Flask, browser: Browser, clock: time_machine.Traveller, role: Role, hours: int
) -> None:
    path = _invite(app, role)
    clock.shift(timedelta(hours=hours))
    clock.shift(-1)
    browser.page(path)
    clock.shift(2)
    assert "is too old" in browser.page(path, 410).text
    assert browser.send(path, password=PASSWORD).status_code == 410


def test_an_invitation_works_once(app: Flask, browser: Browser, new_browser: Callable[[], Browser]) -> None:
    path = _invite(app)
    browser.send(path, password=PASSWORD)
    assert new_browser().send(path, password="copper meadow whistle").status_code == 410
    assert "was used already" in new_browser().page(path, 410).text


def test_opening_an_invitation_does_not_use_it(app: Flask, browser: Browser) -> None:
    path = _invite(app)
    for _ in range(3):
        browser.page(path)
    assert browser.send(path, password=PASSWORD).status_code == 303


def test_role_and_address_cannot_be_forged(app: Flask, browser: Browser) -> None:
    path = _invite(app)
    forged = {"role": "admin", "email": "boss@example.org", "name": "Boss"}
    browser.send(f"{path}?role=admin", password=PASSWORD, **forged)
    browser.set_up_app()
    page = browser.page("/account")
    assert "Reviewer" in page.text
    assert "lee@example.org" in page.text
    assert browser.client.get("/admin/people").status_code == 404


def test_a_link_of_one_kind_opens_nothing_of_another(app: Flask, browser: Browser) -> None:
    token = _invite(app).rsplit("/", 1)[1]
    browser.page(f"/reset/{token}", 410)
    browser.page(f"/confirm/{token}", 410)


def test_a_weak_password_keeps_the_invitation(app: Flask, browser: Browser) -> None:
    path = _invite(app)
    assert "easy to guess" in browser.refused(path, password="lee park").text
    assert browser.send(path, password=PASSWORD).status_code == 303


def test_a_second_invitation_ends_with_the_first(app: Flask, browser: Browser) -> None:
    first = _invite(app)
    second = _invite(app, Role.ADMIN)
    browser.send(first, password=PASSWORD)
    browser.page(second, 410)


def test_each_role_gets_its_own_mail(app: Flask) -> None:
    _invite(app, Role.COORDINATOR, "a@example.org")
    _invite(app, Role.PATIENT, "b@example.org")
    assert [template for _, template, _ in mails(app)] == ["invitation_staff", "invitation_patient"]


@pytest.mark.parametrize(
    ("inviter", "role"),
    [
        (Role.ADMIN, Role.PATIENT),
        (Role.COORDINATOR, Role.REVIEWER),
        (Role.COORDINATOR, Role.ADMIN),
        (Role.REVIEWER, Role.REVIEWER),
        (Role.PATIENT, Role.CAREGIVER),
        (Role.AUDITOR, Role.ADMIN),
        (Role.SYSTEM, Role.SYSTEM),
    ],
)
def test_who_may_not_invite_whom(app: Flask, inviter: Role, role: Role) -> None:
    database: Database = app.extensions["database"]
    with database.session(write=True) as session, pytest.raises(NotAllowed):
        services.invite(
            session, email="x@example.org", name="X", role=role, actor=Actor(user_id=None, role=inviter)
        )


def test_an_address_with_an_account_cannot_be_invited(app: Flask) -> None:
    person(app, email="lee@example.org")
    with pytest.raises(Invalid, match="cannot be invited"):
        _invite(app)
