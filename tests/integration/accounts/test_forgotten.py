"""A new password by mail: a short life, one use, and the second factor all the same."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask

from tests.integration.accounts.kit import PASSWORD, Browser, link, mails, person

NEW = "copper meadow whistle"


def test_a_new_password_signs_in_with_the_second_factor(app: Flask, browser: Browser) -> None:
    person(app)
    assert browser.send("/reset", email="patient@example.org").location == "/check-your-mail"
    path = link(app)
    browser.page(path)
    assert browser.send(path, password=NEW).location == "/sign-in"
    assert "Your password has been changed." in browser.page("/sign-in").text
    assert not browser.signed_in
    browser.refused("/sign-in", email="patient@example.org", password=PASSWORD)
    browser.sign_in("patient@example.org", NEW)
    assert browser.signed_in


def test_unknown_addresses_get_the_same_answer_and_no_mail(app: Flask, browser: Browser) -> None:
    person(app)
    known = browser.send("/reset", email="patient@example.org")
    unknown = browser.send("/reset", email="nobody@example.org")
    assert (known.status_code, known.location, known.data) == (
        unknown.status_code,
        unknown.location,
        unknown.data,
    )
    assert [to for to, _, _ in mails(app)] == ["patient@example.org"]


def test_the_link_lasts_a_quarter_of_an_hour(
    app: Flask, browser: Browser, clock: time_machine.Traveller
) -> None:
    person(app)
    browser.send("/reset", email="patient@example.org")
    path = link(app)
    clock.shift(timedelta(minutes=15, seconds=1))
    browser.page(path, 410)
    assert browser.send(path, password=NEW).status_code == 410
    browser.sign_in("patient@example.org")


def test_the_link_works_once_and_ends_the_others(app: Flask, browser: Browser) -> None:
    person(app)
    browser.send("/reset", email="patient@example.org")
    first = link(app)
    browser.send("/reset", email="patient@example.org")
    second = link(app)
    assert first != second
    assert browser.send(second, password=NEW).status_code == 303
    assert browser.send(second, password=PASSWORD).status_code == 410
    assert browser.send(first, password=PASSWORD).status_code == 410


def test_a_new_password_ends_every_session(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    person(app)
    thief = new_browser()
    thief.sign_in("patient@example.org")
    browser.send("/reset", email="patient@example.org")
    browser.send(link(app), password=NEW)
    assert not thief.signed_in


def test_a_weak_password_keeps_the_link(app: Flask, browser: Browser) -> None:
    person(app)
    browser.send("/reset", email="patient@example.org")
    path = link(app)
    assert "easy to guess" in browser.refused(path, password="password1").text
    assert browser.send(path, password=NEW).status_code == 303


def test_made_up_links_are_over(browser: Browser) -> None:
    for path in ("/reset/nothing", "/confirm/nothing", "/invitation/nothing", "/reset/%F0%9F%94%91"):
        browser.page(path, 410)
