"""A browser in front of the sign-in pages, and the mail that arrives."""

import re
import time
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.accounts import services, tasks
from portal.accounts.models import Letter, User
from portal.core.actor import Role
from portal.core.db import Database
from portal.jobs.services import JobContext
from portal.notifications.models import OutboxMail
from tests.support.pages import Page, PortalClient
from tests.support.totp import STEP, code_at

PASSWORD = "harbour violin lantern"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Browser:
    """A test client with the steps people take."""

    def __init__(self, app: Flask, clock: time_machine.Traveller) -> None:
        client = app.test_client()
        assert isinstance(client, PortalClient)
        self.client, self.app, self.clock = client, app, clock

    def page(self, url: str, status: int = 200) -> Page:
        """Open a page."""
        return self.client.page(url, status)

    def send(self, url: str, **data: Any) -> TestResponse:
        """Send a form."""
        return self.client.submit(url, data)

    def refused(self, url: str, status: int = 422, **data: Any) -> Page:
        """Send a form that comes back with an error."""
        return self.client.submit_for_page(url, data, status)

    def give_password(self, email: str, password: str = PASSWORD, *, path: str = "/home") -> TestResponse:
        """The first factor."""
        return self.send(f"/sign-in?next={path}", email=email, password=password)

    def give_code(self, code: str | None = None, *, path: str = "/home") -> TestResponse:
        """The second factor, by default the code shown now."""
        return self.send(f"/second-factor?next={path}", code=code or code_now())

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Both factors, with a code that was not used before."""
        self.clock.shift(STEP)
        assert "/second-factor" in self.give_password(email, password).location
        assert self.give_code().location == "/home"

    def set_up_app(self) -> tuple[str, list[str]]:
        """Set up an authenticator app; returns its secret and the recovery codes."""
        page = self.page("/second-factor/setup")
        secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page.html)
        assert secret
        answer = self.send("/second-factor/setup", code=code_at(secret[1], time.time()))
        assert answer.status_code == 303, answer.get_data(as_text=True)
        assert answer.location.startswith("/recovery-codes")
        codes = re.findall(r"<li>((?:[0-9A-Z]{4}-){5}[0-9A-Z]{4})</li>", self.page(answer.location).html)
        return secret[1].replace(" ", ""), codes

    @property
    def cookie(self) -> str:
        """The session id the browser holds."""
        cookie = self.client.get_cookie("session")
        return cookie.value if cookie else ""

    @property
    def signed_in(self) -> bool:
        """Whether the account page opens."""
        return self.client.get("/account").status_code == 200


def code_now() -> str:
    """What the known secret's app shows."""
    return code_at(SECRET, time.time())


def person(app: Flask, role: Role = Role.PATIENT, *, email: str = "", name: str = "Test Person") -> User:
    """A confirmed person with the known password and secret."""
    database: Database = app.extensions["database"]
    with app.app_context(), database.session(write=True) as session:
        user = services.create_confirmed_user(
            session,
            email=email or f"{role.value}@example.org",
            name=name,
            role=role,
            password=PASSWORD,
            totp_secret=SECRET,
        )
        session.commit()
        return user


def mails(app: Flask) -> list[tuple[str, str, str]]:
    """Do the work that is waiting and return every mail so far: address, template, body."""
    database: Database = app.extensions["database"]
    with app.app_context():
        with database.session() as session:
            waiting = list(session.scalars(select(Letter.id).where(Letter.token_hash.is_(None))))
        for letter in waiting:
            with database.session(write=True) as session:
                tasks.write_letter(_context(database, session), {"letter": letter})
                session.commit()
        with database.session() as session:
            rows = session.scalars(select(OutboxMail).order_by(OutboxMail.created_at))
            return [(mail.to or "", mail.template, mail.body or "") for mail in rows]


def link(app: Flask) -> str:
    """The path in the latest mail that has a link with a token."""
    found = re.findall(r"http://localhost(/(?:confirm|reset|invitation)/\S+)", mails(app)[-1][2])
    assert found, "the latest mail has a link"
    return str(found[-1])


def _context(database: Database, session: Any) -> JobContext:
    return JobContext(job_id="0" * 32, attempt=1, session=session, fence=lambda: None, database=database)
