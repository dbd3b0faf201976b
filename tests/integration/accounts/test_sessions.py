"""Sessions: in the database, rotated, limited, listed and ended; and the database away."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError

from portal.accounts import services
from portal.accounts.models import WebSession
from portal.accounts.services import people, web_sessions
from portal.core.actor import Actor, Role
from portal.core.db import Database
from tests.integration.accounts.kit import PASSWORD, Browser, code_now, person


def _rows(app: Flask) -> int:
    database: Database = app.extensions["database"]
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(WebSession)) or 0


@pytest.fixture
def statements(app: Flask) -> list[str]:
    """What the database is asked, from the moment the test clears the list."""
    seen: list[str] = []
    database: Database = app.extensions["database"]

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("begin", "pragma")):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return seen


def test_looking_around_leaves_no_row(app: Flask, browser: Browser, statements: list[str]) -> None:
    browser.client.get("/static/js/portal.js").close()
    browser.page("/check-your-mail")
    browser.client.get("/account")
    assert _rows(app) == 0
    assert not browser.cookie


def test_a_request_reads_its_session_and_person_in_one_query(
    app: Flask, browser: Browser, statements: list[str]
) -> None:
    person(app)
    browser.sign_in("patient@example.org")
    browser.page("/account/password")
    statements.clear()
    browser.page("/account/password")
    assert len(statements) == 1
    assert "web_sessions" in statements[0]


def test_the_id_changes_at_each_step_and_old_ids_are_dead(app: Flask, browser: Browser) -> None:
    person(app)
    seen = []
    browser.give_password("patient@example.org")
    seen.append(browser.cookie)
    browser.clock.shift(30)
    browser.give_code()
    seen.append(browser.cookie)
    browser.clock.shift(30)
    browser.send("/step-up", password=PASSWORD, code=code_now())
    seen.append(browser.cookie)
    assert len(set(seen)) == len(seen)
    for old in seen[:-1]:
        browser.client.set_cookie("session", old)
        assert not browser.signed_in
    browser.client.set_cookie("session", seen[-1])
    assert browser.signed_in


def test_a_planted_id_is_not_taken_over(app: Flask, browser: Browser) -> None:
    person(app)
    planted = "A" * 43
    browser.client.set_cookie("session", planted)
    browser.sign_in("patient@example.org")
    assert browser.cookie != planted


def test_the_cookie_is_hidden_from_scripts_and_other_sites(app: Flask, browser: Browser) -> None:
    person(app)
    answer = browser.give_password("patient@example.org")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie
    app.config.update(SESSION_COOKIE_NAME="__Host-session", SESSION_COOKIE_SECURE=True)
    cookie = browser.give_password("patient@example.org").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("role", "idle", "absolute"),
    [(Role.PATIENT, 30, 12), (Role.COORDINATOR, 15, 8), (Role.REVIEWER, 15, 8), (Role.ADMIN, 10, 4)],
)
def test_sessions_end_when_idle_and_at_the_latest_after_some_hours(
    app: Flask, browser: Browser, clock: time_machine.Traveller, role: Role, idle: int, absolute: int
) -> None:
    person(app, role)
    browser.sign_in(f"{role.value}@example.org")
    clock.shift(timedelta(minutes=idle))
    assert browser.signed_in
    clock.shift(timedelta(minutes=idle, seconds=1))
    assert not browser.signed_in
    browser.sign_in(f"{role.value}@example.org")
    for _ in range(absolute * 60 // (idle - 1)):
        clock.shift(timedelta(minutes=idle - 1))
        assert browser.signed_in
    clock.shift(timedelta(minutes=idle - 1))
    assert not browser.signed_in


def test_a_form_sent_too_late_leads_back_to_its_page(
    app: Flask, browser: Browser, clock: time_machine.Traveller
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    person(app)
    browser.page("/sign-in")
    clock.shift(timedelta(hours=1))
    answer = browser.give_password("patient@example.org", path="/account")
    assert answer.location == "/sign-in?next=/account"
    assert "The page was open for too long" in browser.page(answer.location).text


def test_a_form_behind_sign_in_sent_too_late_asks_to_sign_in_first(
    app: Flask, browser: Browser, clock: time_machine.Traveller
) -> None:
    person(app)
    browser.sign_in("patient@example.org")
    app.config["WTF_CSRF_ENABLED"] = True
    clock.shift(timedelta(hours=1))
    ended = browser.cookie
    page = {"Referer": "http://localhost/account/password"}
    answer = browser.client.post("/account/password", headers=page)
    assert answer.location == "/sign-in?next=/account/password"
    browser.client.set_cookie("session", ended)
    answer = browser.client.post("/account/password", headers={"Referer": "http://evil.example/"})
    assert answer.location == "/sign-in?next=/home"


def test_forms_without_their_token_are_refused(app: Flask, browser: Browser) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    browser.page("/sign-in")
    assert browser.give_password("patient@example.org").status_code == 400


def test_a_person_sees_and_ends_their_sessions(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    person(app)
    other = new_browser()
    other.sign_in("patient@example.org")
    browser.sign_in("patient@example.org")
    page = browser.page("/account")
    assert page.text.count("This browser") == 1
    assert page.text.count("Sign out there") == 1
    database: Database = app.extensions["database"]
    with database.session() as session:
        actor = Actor(user_id=services.people_with_role(session, Role.PATIENT)[0].id, role=Role.PATIENT)
        ids = [row.id for row in web_sessions.mine(session, actor)]
    end = next(each for each in ids if each in page.html)
    assert browser.send(f"/account/sessions/{end}/end").location == "/account"
    assert not other.signed_in
    assert browser.signed_in


def test_nobody_ends_the_sessions_of_another(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    user = person(app)
    person(app, Role.REVIEWER)
    other = new_browser()
    other.sign_in("patient@example.org")
    browser.sign_in("reviewer@example.org")
    database: Database = app.extensions["database"]
    with database.session() as session:
        theirs = web_sessions.mine(session, Actor(user_id=user.id, role=Role.PATIENT))[0].id
    unknown = browser.send(f"/account/sessions/{'0' * 32}/end")
    foreign = browser.send(f"/account/sessions/{theirs}/end")
    assert foreign.status_code == unknown.status_code == 404
    assert other.signed_in


def test_a_changed_password_signs_the_other_browsers_out(
    app: Flask, browser: Browser, new_browser: Callable[[], Browser]
) -> None:
    person(app)
    other = new_browser()
    other.sign_in("patient@example.org")
    browser.sign_in("patient@example.org")
    browser.refused("/account/password", password="password1")
    assert browser.send("/account/password", password="copper meadow whistle").location == "/account"
    assert browser.signed_in
    assert not other.signed_in


def test_a_disabled_person_is_out_at_once(app: Flask, browser: Browser) -> None:
    user = person(app, Role.REVIEWER)
    browser.sign_in("reviewer@example.org")
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        people.set_active(session, services.get_user(session, user.id), False, actor=Actor.system())
        session.commit()
    assert not browser.signed_in


def test_a_database_that_is_away_gives_a_page_that_says_so(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(app)
    browser.sign_in("patient@example.org")

    def away(*_: object, **__: object) -> None:
        raise OperationalError("select 1", {}, Exception("away"))

    monkeypatch.setattr(Engine, "connect", away)
    answer = browser.client.get("/account")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert browser.client.get("/check-your-mail").status_code == 503


def test_a_database_that_goes_away_at_the_end_gives_the_same_page(
    app: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("insert", {}, Exception("away"))

    app.config["WTF_CSRF_ENABLED"] = True
    monkeypatch.setattr(web_sessions, "store", away)
    answer = browser.client.get("/sign-in")
    assert answer.status_code == 503
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Retry-After"]


def test_old_sessions_are_swept(app: Flask, browser: Browser, clock: time_machine.Traveller) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    browser.page("/sign-in")
    assert _rows(app) == 1
    database: Database = app.extensions["database"]
    clock.shift(timedelta(days=1, seconds=1))
    with database.session(write=True) as session:
        web_sessions.sweep(session)
        session.commit()
    assert _rows(app) == 0
