"""The database is unreachable: 503 in words, nothing half done, and everything works when it is back.

A PostgreSQL server of the test's own really stops, also in the middle of an upload, a seal and a signature.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask

from portal import create_app, models
from portal.accounts import passwords
from portal.cases.models import CaseStatus
from portal.core.actor import Role
from portal.core.clock import now
from portal.core.db import Database
from portal.jobs import registry
from portal.jobs.worker import Worker
from portal.settings import Settings
from portal.vault.services import Vault
from tests.integration.accounts.kit import PASSWORD, person
from tests.integration.accounts.kit import SECRET as TOTP
from tests.integration.bad_input.conftest import Reviewed
from tests.integration.bad_input.kit import acts, counted, unavailable
from tests.integration.packages.kit import told_case
from tests.support import reports
from tests.support.cases import make_case
from tests.support.databases import postgres_database
from tests.support.outages import StoppablePostgres, stoppable_postgres
from tests.support.pages import PortalClient
from tests.support.people import SignedIn, actor_of, make_user
from tests.support.totp import code_at
from tests.support.uncommitted import Uncommitted

ADDRESS = "nora@example.org"
PAGES_AND_TEXT = 2


@pytest.fixture(scope="module")
def server() -> Iterator[StoppablePostgres]:
    with stoppable_postgres() as server:
        yield server


@pytest.fixture
def app(settings: Settings, server: StoppablePostgres) -> Iterator[Flask]:
    """The application on that server."""
    models.load()
    server.start()
    with postgres_database(server.url) as url:
        yield from running(settings.model_copy(update={"database_url": url}), server)


def running(settings: Settings, server: StoppablePostgres) -> Iterator[Flask]:
    """An application with its tables; the server is there again when it ends."""
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = PortalClient
    database: Database = app.extensions["database"]
    database.create_all()
    app.extensions["uncommitted"] = watch = Uncommitted(app)
    yield app
    server.start()
    watch.stop()
    database.dispose()


def test_nobody_sees_more_than_a_calm_page(
    app: Flask, client: PortalClient, server: StoppablePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    person(app, email=ADDRESS, name="Nora Calm")
    client.submit("/sign-in", {"email": ADDRESS, "password": PASSWORD})
    client.submit("/second-factor", {"code": code_at(TOTP, time.time())})
    urls = ("/home", "/cases", "/cases/SO-ZZZZ-ZZZZ", "/account", "/")
    client.page("/cases")
    server.stop()
    for url in urls:
        page = unavailable(client, "GET", url)
        assert "Nora Calm" not in page.text
        assert "psycopg" not in page.html
    unavailable(client, "POST", "/cases")
    unavailable(client, "POST", "/sign-in", data={"email": ADDRESS, "password": PASSWORD})
    stranger = app.test_client()
    assert isinstance(stranger, PortalClient)
    unavailable(stranger, "POST", "/sign-in", data={"email": ADDRESS, "password": PASSWORD})
    stranger.page("/")
    server.start()
    client.page("/cases")
    assert client.submit("/cases").status_code == 303


def test_pages_of_a_case_are_503_and_leave_no_trace(
    app: Flask,
    client: PortalClient,
    signed_in: SignedIn,
    reviewed: Reviewed,
    server: StoppablePostgres,
) -> None:
    opened = reviewed(app)
    signed_in.as_(opened.review.reviewer)
    urls = (opened.page, f"{opened.page}/image", opened.original, opened.package, f"{opened.package}.zip")
    trail = acts(app)
    server.stop()
    for url in urls:
        unavailable(client, "GET", url)
    server.start()
    assert acts(app) == trail
    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)
    assert len(acts(app)) == len(trail) + len(urls)


class Dying(BytesIO):
    """A body during whose second half the server stops."""

    def __init__(self, data: bytes, stop: Callable[[], None]) -> None:
        super().__init__(data)
        self._stop, self._left = stop, len(data)

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(min(size or 0, 4096) if size and size > 0 else 4096)
        self._left -= len(data)
        if self._left <= 4096 and self._stop is not None:
            self._stop()
            self._stop = lambda: None
        return data


def test_an_upload_that_was_under_way_is_not_kept(
    app: Flask, client: PortalClient, signed_in: SignedIn, server: StoppablePostgres, settings: Settings
) -> None:
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        patient = actor_of(make_user(session, Role.PATIENT))
        case = make_case(session, owner=patient)
        app.extensions["vault"].create_case_key(case.id)
        session.commit()
    signed_in.as_(patient)
    before = counted(app)

    def send(body: BytesIO) -> Any:
        return client.post(
            f"/cases/{case.reference}/documents/raw",
            input_stream=body,
            content_length=len(body.getvalue()),
            headers={"X-Document-Kind": "other", "X-File-Name": "a.pdf"},
            content_type="application/octet-stream",
        )

    answer = send(Dying(reports.pdf(), server.stop))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    server.start()
    assert counted(app) == before | {"documents": 1}
    assert len(in_store(settings)) == 1
    assert "No files yet" in client.page(f"/cases/{case.reference}/documents").text
    assert send(BytesIO(reports.pdf())).status_code == 201
    registry.load()
    with time_machine.travel(now() + timedelta(hours=25)):
        Worker(database, app.app_context).drain()
    assert counted(app)["documents"] == 1
    assert len(in_store(settings)) == 1 + PAGES_AND_TEXT


def in_store(settings: Settings) -> list[Path]:
    """Every object in the store."""
    return [path for path in (settings.data_dir / "objects").rglob("*") if path.is_file()]


def stop_in_vault(monkeypatch: pytest.MonkeyPatch, server: StoppablePostgres) -> Callable[[], None]:
    """The server stops when the vault has taken the next object; returns a way to have it back."""
    original = Vault.put

    def put(self: Vault, case_id: str, data: bytes) -> Any:
        stored = original(self, case_id, data)
        server.stop()
        return stored

    monkeypatch.setattr(Vault, "put", put)

    def back() -> None:
        monkeypatch.setattr(Vault, "put", original)
        server.start()

    return back


def test_a_seal_cut_off_in_the_middle_is_no_seal(
    app: Flask,
    client: PortalClient,
    signed_in: SignedIn,
    server: StoppablePostgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        owner = actor_of(make_user(session, Role.PATIENT))
        coordinator = actor_of(make_user(session, Role.COORDINATOR))
        case = told_case(session, app.extensions["vault"], owner=owner, status=CaseStatus.TRIAGE)
        session.commit()
    signed_in.as_(coordinator)
    before, trail, url = counted(app), acts(app), f"/triage/{case.reference}"
    back = stop_in_vault(monkeypatch, server)
    unavailable(client, "POST", f"{url}/ready")
    back()
    assert (counted(app), acts(app)) == (before, trail)
    assert client.submit(f"{url}/ready").status_code == 303
    assert acts(app)[len(trail) :] == ["package.sealed", "case.ready"]


def test_a_signature_cut_off_in_the_middle_is_no_signature(
    app: Flask,
    client: PortalClient,
    signed_in: SignedIn,
    reviewed: Reviewed,
    server: StoppablePostgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    review = reviewed(app).review
    signed_in.as_(review.reviewer)
    url = f"/reviews/{review.reference}"
    assert client.submit(url, review.text()).status_code == 303
    before, trail = counted(app), acts(app)
    back = stop_in_vault(monkeypatch, server)
    unavailable(client, "POST", f"{url}/sign", data={"version": "1"})
    back()
    assert (counted(app), acts(app)) == (before, trail)
    assert "In short." in client.page(url).text
    assert client.submit(f"{url}/sign", {"version": "1"}).status_code == 303
    assert "Your signed opinion" in client.page(url).headings[0]
