"""The store of files is unreachable: 503 in words, nothing half done, and afterwards all is as before."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol

import pytest
import time_machine
from flask import Flask

from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.db import Database
from portal.documents import repository
from portal.jobs import registry
from portal.jobs.worker import Worker
from portal.settings import Settings
from tests.integration.bad_input.conftest import Reviewed
from tests.integration.bad_input.kit import acts, counted, unavailable
from tests.integration.packages.kit import told_case
from tests.support import reports
from tests.support.cases import make_case
from tests.support.outages import DiskOutage
from tests.support.pages import PortalClient
from tests.support.people import SignedIn, actor_of, make_user
from tests.support.vault_stores import ENVIRONMENT, Aws


class Outage(Protocol):
    """A store that can be stopped."""

    def stop(self) -> None: ...

    def start(self) -> None: ...


class S3Outage:
    """An S3 server that stops listening; it keeps what it has."""

    def __init__(self, aws: Aws, app_port: int) -> None:
        self._aws, self._port = aws, app_port

    def stop(self) -> None:
        """Connections are refused from now on."""
        self._aws.server.stop()

    def start(self) -> None:
        """Listens at the same address again."""
        server = type(self._aws.server)("127.0.0.1", port=self._port, verbose=False)
        server.start()
        self._aws.server = server


@pytest.fixture
def aws(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws | None]:
    if "s3" not in request.node.callspec.id:
        yield None
        return
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    made = Aws.start()
    yield made
    made.server.stop()


@pytest.fixture(params=["disk", "s3"])
def settings(request: pytest.FixtureRequest, settings: Settings, aws: Aws | None) -> Settings:
    """Files in a directory, then in a bucket."""
    if aws is None:
        return settings
    return settings.model_copy(update={"object_store": aws.url(aws.bucket())})


@pytest.fixture
def outage(settings: Settings, aws: Aws | None, app: Flask) -> Outage:
    if aws is not None:
        return S3Outage(aws, int(aws.endpoint.rsplit(":", 1)[1]))
    return DiskOutage(settings.data_dir / "objects")


def test_page_views_are_503_until_the_store_is_back(
    app: Flask, client: PortalClient, signed_in: SignedIn, reviewed: Reviewed, outage: Outage
) -> None:
    opened = reviewed(app)
    signed_in.as_(opened.review.reviewer)
    urls = (
        opened.page,
        f"{opened.page}/image",
        opened.original,
        f"{opened.package}.zip",
        f"{opened.package}/synopsis.pdf",
    )
    outage.stop()
    for url in urls:
        unavailable(client, "GET", url)
    for url in (opened.package, f"/reviews/{opened.review.reference}", "/reviews"):
        client.page(url)
    outage.start()
    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


def test_an_upload_is_refused_and_leaves_nothing(
    app: Flask, client: PortalClient, signed_in: SignedIn, outage: Outage
) -> None:
    case, patient = _draft(app)
    signed_in.as_(patient)
    before, url = counted(app), f"/cases/{case.reference}/documents"
    outage.stop()
    unavailable(client, "POST", url, data=_form())
    raw = client.post(
        f"{url}/raw",
        data=reports.pdf(),
        headers={"X-Document-Kind": "other", "X-File-Name": "a.pdf"},
        content_type="application/octet-stream",
    )
    assert (raw.status_code, raw.headers["Retry-After"]) == (503, "30")
    assert counted(app) == before | {"documents": 2}
    outage.start()
    assert "No files yet" in client.page(url).text
    assert client.post(url, data=_form()).status_code == 303
    assert "1 file is safely stored" in client.page(url).text
    with app.extensions["database"].session() as session:
        assert repository.used(session, case.id) == (3, len(reports.pdf()))
    registry.load()
    with time_machine.travel(now() + timedelta(hours=25)):
        Worker(app.extensions["database"], app.app_context).drain()
    assert counted(app)["documents"] == 1


def test_a_case_is_not_sealed_and_stays_where_it_was(
    app: Flask, client: PortalClient, signed_in: SignedIn, outage: Outage
) -> None:
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        owner = actor_of(make_user(session, Role.PATIENT))
        coordinator = actor_of(make_user(session, Role.COORDINATOR))
        case = told_case(session, app.extensions["vault"], owner=owner, status=CaseStatus.TRIAGE)
        session.commit()
    signed_in.as_(coordinator)
    before, trail = counted(app), acts(app)
    outage.stop()
    unavailable(client, "POST", f"/triage/{case.reference}/ready")
    assert (counted(app), acts(app)) == (before, trail)
    outage.start()
    assert client.submit(f"/triage/{case.reference}/ready").status_code == 303
    assert acts(app)[len(trail) :] == ["package.sealed", "case.ready"]


def test_an_opinion_is_not_signed_and_stays_a_draft(
    app: Flask, client: PortalClient, signed_in: SignedIn, reviewed: Reviewed, outage: Outage
) -> None:
    opened = reviewed(app)
    review = opened.review
    signed_in.as_(review.reviewer)
    url = f"/reviews/{review.reference}"
    assert client.submit(url, review.text()).status_code == 303
    before, trail = counted(app), acts(app)
    outage.stop()
    unavailable(client, "POST", f"{url}/sign", data={"version": "1"})
    assert (counted(app), acts(app)) == (before, trail)
    assert "In short." in client.page(url).text
    outage.start()
    assert client.submit(f"{url}/sign", {"version": "1"}).status_code == 303
    assert "Your signed opinion" in client.page(url).headings[0]


def _draft(app: Flask) -> tuple[Case, Actor]:
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        patient = actor_of(make_user(session, Role.PATIENT))
        case = make_case(session, owner=patient)
        app.extensions["vault"].create_case_key(case.id)
        session.commit()
    return case, patient


def _form() -> dict[str, object]:
    return {"kind": "pathology", "files": [(io.BytesIO(reports.pdf()), "a.pdf")]}
