"""Setting up the app, recovery codes, and confirming again."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from portal.core.actor import Role
from tests.integration.accounts.kit import PASSWORD, Browser, code_now, person
from tests.integration.accounts.test_invitations import _invite
from tests.support.totp import STEP, code_at


def _enrolled(app: Flask, browser: Browser) -> tuple[str, list[str]]:
    browser.send(_invite(app, Role.ADMIN), password=PASSWORD)
    return browser.set_up_app()


def test_the_page_offers_picture_link_and_text(app: Flask, browser: Browser) -> None:
    browser.send(_invite(app), password=PASSWORD)
    page = browser.page("/second-factor/setup")
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page.html)
    assert secret
    uri = next(link for link in page.links if link.startswith("otpauth://"))
    assert f"secret={secret[1].replace(' ', '')}" in uri
    assert "issuer=Second%20opinion" in uri
    assert 'src="data:image/svg+xml' in page.html
    assert browser.page("/second-factor/setup").html.count(secret[1]) == 1, "a reload keeps the secret"


def test_a_wrong_first_code_sets_nothing_up(app: Flask, browser: Browser) -> None:
    browser.send(_invite(app), password=PASSWORD)
    assert browser.send("/second-factor/setup", code="123456").status_code == 422
    assert "This code is not right." in browser.refused("/second-factor/setup", code="abc").text
    assert not browser.signed_in


def test_the_first_code_cannot_be_used_again(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    secret, _ = _enrolled(app, browser)
    other = new_browser()
    other.give_password("lee@example.org")
    assert "used already" in other.refused("/second-factor", code=code_at(secret, time.time())).text


def test_a_second_factor_is_not_set_up_twice(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    browser.send(_invite(app), password=PASSWORD)
    other = new_browser()
    other.give_password("lee@example.org")
    other.page("/second-factor/setup")
    browser.set_up_app()
    assert other.client.get("/second-factor/setup").location.startswith("/second-factor?")
    assert other.send("/second-factor/setup", code="123456").location.startswith("/second-factor?")


def test_each_recovery_code_works_once(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    _, codes = _enrolled(app, browser)
    other = new_browser()
    other.give_password("lee@example.org")
    typed = codes[0].lower().replace("-", " ")
    assert other.give_code(typed).location == "/home"
    third = new_browser()
    third.give_password("lee@example.org")
    page = third.refused("/second-factor", code=codes[0])
    assert "This recovery code was used already. Use another one." in page.text
    page = third.refused("/second-factor", code="0" * 24)
    assert "This is not one of your recovery codes." in page.text
    assert third.give_code(codes[1]).location == "/home"
    assert "You have 8 unused codes." in third.page("/account").text


def test_recovery_codes_are_shown_until_kept_and_never_again(app: Flask, browser: Browser) -> None:
    _, codes = _enrolled(app, browser)
    file = browser.client.get("/recovery-codes.txt")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert all(code in file.text for code in codes)
    assert browser.send("/recovery-codes?next=/account").location == "/account"
    assert browser.client.get("/recovery-codes").location == "/account"
    assert browser.client.get("/recovery-codes.txt").location == "/account"


def test_new_recovery_codes_replace_the_old(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    _, old = _enrolled(app, browser)
    assert browser.send("/account/recovery-codes").location.startswith("/recovery-codes")
    assert old[0] not in browser.page("/recovery-codes").text
    other = new_browser()
    other.give_password("lee@example.org")
    other.refused("/second-factor", code=old[0])


def test_another_app_replaces_the_old_one(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    person(app)
    browser.sign_in("patient@example.org")
    page = browser.page("/account/second-factor")
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page.html)
    assert secret
    browser.refused("/account/second-factor", code="123456")
    answer = browser.send("/account/second-factor", code=code_at(secret[1], time.time()))
    assert answer.location == "/recovery-codes?next=/account"
    browser.clock.shift(STEP)
    other = new_browser()
    other.give_password("patient@example.org")
    other.refused("/second-factor", code=code_now())
    assert other.give_code(code_at(secret[1], time.time())).location == "/home"


def test_confirming_again_is_asked_for_after_a_while_and_leads_back(app: Flask, browser: Browser) -> None:
    person(app)
    browser.sign_in("patient@example.org")
    assert browser.client.get("/account/password").status_code == 200
    browser.clock.shift(timedelta(minutes=5, seconds=1))
    asked = browser.client.get("/account/password")
    assert asked.location == "/step-up?next=/account/password"
    browser.page(asked.location)
    assert browser.send(asked.location, password=PASSWORD, code=code_now()).location == "/account/password"
    browser.page("/account/password")


def test_confirming_needs_the_right_password_and_an_unused_code(app: Flask, browser: Browser) -> None:
    person(app)
    browser.sign_in("patient@example.org")
    page = browser.refused("/step-up", password=PASSWORD, code=code_now())
    assert "This code was used already." in page.text
    browser.clock.shift(timedelta(minutes=6))
    page = browser.refused("/step-up", password="not the password", code=code_now())
    assert "This password is not right." in page.text
    page = browser.refused("/step-up", password=PASSWORD, code="000")
    assert "This code is not right." in page.text
    assert browser.send("/step-up", password=PASSWORD, code=code_now()).location == "/home"


def test_confirming_goes_to_local_pages_only(app: Flask, browser: Browser) -> None:
    person(app)
    browser.sign_in("patient@example.org")
    for wanted in ("https://evil.example/", "//evil.example/a", "/\\evil.example"):
        browser.clock.shift(STEP)
        answer = browser.send(f"/step-up?next={wanted}", password=PASSWORD, code=code_now())
        assert answer.location == "/home"
