"""Signing in: both factors, the same answer to everybody, and waiting after wrong tries."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal.core.actor import Role
from portal.core.db import Database
from tests.integration.accounts.kit import PASSWORD, Browser, code_now, person


def test_both_factors_sign_in_and_lead_to_the_page_wanted(app: Flask, browser: Browser) -> None:
    person(app)
    wanted = browser.client.get("/account")
    assert wanted.location == "/sign-in?next=/account"
    step = browser.give_password("patient@example.org", path="/account")
    assert step.location == "/second-factor?next=/account"
    assert browser.give_code(path="/account").location == "/account"
    assert "Test Person" in browser.page("/account").text


@pytest.mark.parametrize("url", ["/account", "/recovery-codes", "/step-up", "/admin/people"])
def test_the_password_alone_opens_nothing(app: Flask, browser: Browser, url: str) -> None:
    person(app, Role.ADMIN)
    browser.give_password("admin@example.org")
    answer = browser.client.get(url)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")
    assert browser.client.get(answer.location).location.startswith("/second-factor?")


def test_known_and_unknown_addresses_get_the_same_answer(app: Flask, browser: Browser) -> None:
    person(app)
    wrong = browser.refused("/sign-in", email="patient@example.org", password="not the password")
    unknown = browser.refused("/sign-in", email="nobody@example.org", password="not the password")
    assert wrong.text == unknown.text
    assert "The email address or the password is not right." in wrong.text


def test_a_disabled_person_gets_the_same_answer_as_a_wrong_password(app: Flask, browser: Browser) -> None:
    _disable(app, person(app).id)
    page = browser.refused("/sign-in", email="patient@example.org", password=PASSWORD)
    assert "The email address or the password is not right." in page.text


@pytest.mark.parametrize("email", ["patient@example.org", "nobody@example.org"])
def test_wrong_passwords_lock_known_and_unknown_addresses_alike(
    app: Flask, browser: Browser, clock: time_machine.Traveller, email: str
) -> None:
    person(app)
    for _ in range(5):
        browser.refused("/sign-in", email=email, password="not the password")
    page = browser.refused("/sign-in", 429, email=email, password=PASSWORD)
    assert "Too many attempts. Wait 30 seconds, then try again." in page.text
    clock.shift(31)
    browser.refused("/sign-in", email=email, password="not the password")
    page = browser.refused("/sign-in", 429, email=email, password=PASSWORD)
    assert "Wait 60 seconds" in page.text


def test_the_wait_is_over_and_the_right_password_starts_afresh(
    app: Flask, browser: Browser, clock: time_machine.Traveller
) -> None:
    person(app)
    for _ in range(5):
        browser.refused("/sign-in", email="patient@example.org", password="not the password")
    clock.shift(31)
    assert "/second-factor" in browser.give_password("patient@example.org").location
    other = Browser(app, clock)
    for _ in range(4):
        other.refused("/sign-in", email="patient@example.org", password="not the password")
    assert "/second-factor" in other.give_password("patient@example.org").location


def test_one_origin_guessing_many_addresses_has_to_wait(app: Flask, browser: Browser) -> None:
    for number in range(50):
        browser.refused("/sign-in", email=f"someone{number}@example.org", password="guess guess guess")
    browser.refused("/sign-in", 429, email="one-more@example.org", password="guess guess guess")


def test_an_address_is_found_whatever_its_case(app: Flask, browser: Browser) -> None:
    person(app)
    assert "/second-factor" in browser.give_password("Patient@Example.org").location


def test_nothing_else_than_a_local_path_is_gone_to(app: Flask, browser: Browser) -> None:
    person(app)
    for path in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        step = browser.give_password("patient@example.org", path=path)
        assert step.location == "/second-factor?next=/home"


def test_empty_fields_say_what_to_enter(browser: Browser) -> None:
    page = browser.refused("/sign-in", email="", password="")
    assert "Enter your email address." in page.text
    assert "Enter your password." in page.text


def test_signing_out_ends_the_session(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    person(app)
    browser.sign_in("patient@example.org")
    thief = new_browser()
    thief.client.set_cookie("session", browser.cookie)
    assert thief.signed_in
    assert browser.send("/sign-out").location == "/signed-out"
    assert not browser.cookie
    assert not thief.signed_in
    browser.page("/signed-out")


def test_somebody_signed_in_does_not_see_the_sign_in_page(app: Flask, browser: Browser) -> None:
    person(app)
    browser.sign_in("patient@example.org")
    assert browser.client.get("/sign-in?next=/account").location == "/account"


def test_a_code_that_signed_in_is_refused_in_another_browser(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    person(app)
    browser.sign_in("patient@example.org")
    other = new_browser()
    other.give_password("patient@example.org")
    page = other.refused("/second-factor", code=code_now())
    assert "This code was used already. Wait for the next one." in page.text
    other.clock.shift(30)
    assert other.give_code().location == "/home"


def test_a_wrong_code_says_so(app: Flask, browser: Browser) -> None:
    person(app)
    browser.give_password("patient@example.org")
    wrong = f"{(int(code_now()) + 1) % 1_000_000:06d}"
    page = browser.refused("/second-factor", code=wrong)
    assert "This code is not right. Type the code your app shows now." in page.text
    assert "Enter the code" in browser.refused("/second-factor", code="").text


def test_five_wrong_codes_lock_and_the_wait_doubles_up_to_a_quarter_of_an_hour(
    app: Flask, browser: Browser, clock: time_machine.Traveller
) -> None:
    person(app)
    browser.give_password("patient@example.org")
    for _ in range(5):
        browser.refused("/second-factor", code="nothing")
    for minutes in (1, 2, 4, 8, 15, 15):
        page = browser.refused("/second-factor", code=code_now())
        expected = "60 seconds" if minutes == 1 else f"{minutes} minutes"
        assert f"Too many attempts. Wait {expected}, then try again." in page.text
        clock.shift(timedelta(minutes=minutes, seconds=1))
        browser.send("/sign-out")
        browser.give_password("patient@example.org")
        browser.refused("/second-factor", code="nothing")
    clock.shift(timedelta(minutes=16))
    assert browser.give_code().location == "/home"


def test_the_trail_tells_what_happened(app: Flask, browser: Browser) -> None:
    from portal.audit import services as audit  # noqa: PLC0415

    person(app)
    browser.refused("/sign-in", email="patient@example.org", password="not the password")
    browser.sign_in("patient@example.org")
    database: Database = app.extensions["database"]
    with database.session() as session:
        actions = [row.action for row in audit.page(session)[0]]
    assert actions == [
        "account.signed_in",
        "account.password_given",
        "account.sign_in_failed",
        "account.created",
    ]


def _disable(app: Flask, user_id: str) -> None:
    from portal.accounts.models import User  # noqa: PLC0415

    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        session.get_one(User, user_id).active = False
        session.commit()
