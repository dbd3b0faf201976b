"""From asking for an account to the first page behind the second factor."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal.core.actor import Role
from tests.integration.accounts.kit import PASSWORD, Browser, link, mails, person

NEW = {"name": "Ana Ruiz", "email": "ana@example.org", "password": PASSWORD}


def test_register_confirm_set_up_and_arrive(app: Flask, browser: Browser) -> None:
    browser.page("/register")
    assert browser.send("/register", **NEW).location == "/check-your-mail"
    browser.page("/check-your-mail")
    path = link(app)
    assert path.startswith("/confirm/")
    assert "ana@example.org" in browser.page(path).text
    assert browser.send(path, password=PASSWORD).location == "/second-factor/setup?next=/home"
    _, codes = browser.set_up_app()
    assert len(set(codes)) == 10
    assert "Ana Ruiz" in browser.page("/account").text


def test_known_and_unknown_addresses_are_answered_alike(app: Flask, browser: Browser) -> None:
    person(app, email="ana@example.org")
    known = browser.send("/register", **NEW)
    unknown = browser.send("/register", **NEW | {"email": "bea@example.org"})
    assert (known.status_code, known.location, known.data) == (
        unknown.status_code,
        unknown.location,
        unknown.data,
    )
    assert [(to, template) for to, template, _ in mails(app)] == [
        ("ana@example.org", "account_exists"),
        ("bea@example.org", "confirm_address"),
    ]


def test_nothing_is_sent_before_the_worker_looks(app: Flask, browser: Browser) -> None:
    browser.send("/register", **NEW)
    first = mails(app)
    assert mails(app) == first
    assert len(first) == 1


def test_a_link_works_once_and_for_a_day(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser], clock: time_machine.Traveller
) -> None:
    browser.send("/register", **NEW)
    path = link(app)
    browser.send(path, password=PASSWORD)
    assert "This link cannot be used any more" in new_browser().page(path, 410).text
    assert new_browser().send(path, password=PASSWORD).status_code == 410
    other = new_browser()
    other.send("/register", **NEW | {"email": "bea@example.org"})
    path = link(app)
    clock.shift(timedelta(hours=24, seconds=1))
    assert "This link cannot be used any more" in other.page(path, 410).text


def test_opening_the_link_does_nothing_yet(app: Flask, browser: Browser) -> None:
    browser.send("/register", **NEW)
    path = link(app)
    for _ in range(3):
        browser.page(path)
    assert browser.send(path, password=PASSWORD).status_code == 303


def test_only_whoever_chose_the_password_can_confirm(app: Flask, browser: Browser) -> None:
    browser.send("/register", **NEW)
    path = link(app)
    page = browser.refused(path, password="some other words")
    assert "This is not the password you chose when you registered." in page.text
    for _ in range(4):
        browser.refused(path, password="some other words")
    browser.refused(path, 429, password=PASSWORD)


def test_an_account_made_meanwhile_makes_the_link_useless(app: Flask, browser: Browser) -> None:
    browser.send("/register", **NEW)
    path = link(app)
    person(app, email="ana@example.org")
    assert browser.send(path, password=PASSWORD).status_code == 410


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Enter your full name."),
        ("name", "x" * 201, "Enter a name of 200 characters or fewer."),
        ("email", "", "Enter your email address."),
        ("email", "ana", "Enter an email address in the correct format, like name@example.com."),
        ("email", "ana@exa mple.org", "Enter an email address in the correct format"),
        ("password", "", "Enter a password."),
        ("password", "short", "Enter a password of 8 characters or more."),
        ("password", "long" * 33, "Enter a password of 128 characters or fewer."),
        ("password", "P4ssw0rd123!", "This password is easy to guess."),
        ("password", "qwertyuiop", "This password is easy to guess."),
        ("password", "second opinion", "This password is easy to guess."),
        ("password", "ana ruiz", "This password is easy to guess."),
        ("password", "ana@example.org", "This password is easy to guess."),
    ],
)
def test_each_mistake_says_what_to_do(browser: Browser, field: str, value: str, message: str) -> None:
    page = browser.refused("/register", **NEW | {field: value})
    assert message in page.text
    assert NEW["password"] not in page.html


def test_a_patient_cannot_make_themselves_staff(app: Flask, browser: Browser) -> None:
    browser.send("/register", **NEW, role="admin")
    browser.send(link(app), password=PASSWORD, role="admin")
    browser.set_up_app()
    assert "Patient" in browser.page("/account").text
    assert browser.client.get("/admin/people").status_code == 404


def test_one_address_gets_few_mails_and_the_answer_stays_the_same(app: Flask, browser: Browser) -> None:
    answers = {browser.send("/register", **NEW).location for _ in range(8)}
    assert answers == {"/check-your-mail"}
    assert len(mails(app)) == 5


def test_one_origin_asking_for_many_mails_has_to_wait(browser: Browser) -> None:
    for number in range(30):
        browser.send("/reset", email=f"someone{number}@example.org")
    browser.refused("/reset", 429, email="one-more@example.org")


def test_names_are_kept_as_typed_whatever_they_hold(app: Flask, browser: Browser) -> None:
    browser.send("/register", **NEW | {"name": "  <script>alert(1)</script>  José "})
    browser.send(link(app), password=PASSWORD)
    browser.set_up_app()
    page = browser.page("/account")
    assert "<script>alert(1)" not in page.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; José" in page.html


def test_staff_who_register_again_get_word_that_they_have_an_account(app: Flask, browser: Browser) -> None:
    person(app, Role.REVIEWER, email="ana@example.org")
    browser.send("/register", **NEW)
    assert mails(app)[-1][1] == "account_exists"
