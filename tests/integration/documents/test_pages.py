"""From received to ready or refused, looking at pages, fetching and removing files."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.audit.models import AuditRow
from portal.cases.models import Case, CaseStatus, Relation
from portal.cases.services import grant
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.db import Database
from portal.documents import processing, rendering
from portal.documents.models import Document, DocumentKind, Page
from portal.documents.services import store_document
from portal.jobs.models import Job
from portal.jobs.services import enqueue
from portal.settings import Settings
from portal.vault.services import Vault
from tests.support import reports
from tests.support.pages import PortalClient
from tests.support.people import SignedIn

Store = Callable[..., str]
Work = Callable[[], int]


@pytest.fixture
def store(database: Database, vault: Vault, settings: Settings, patient: Actor) -> Store:
    """Store a file of the patient; its id."""

    def make(case: Case, data: bytes = reports.pdf(pages=3), name: str = "Ana's report.pdf") -> str:
        return store_document(
            database,
            vault,
            settings,
            case_id=case.id,
            kind=DocumentKind.BIOMARKER,
            file_name=name,
            chunks=[data],
            actor=patient,
        )

    return make


def row(database: Database, document_id: str) -> Document:
    with database.session() as session:
        found = session.get(Document, document_id)
        assert found
        return found


def acts(database: Database) -> list[str]:
    with database.session() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.seq)))


def test_a_checked_document_has_pages_to_look_at(
    client: PortalClient,
    database: Database,
    case: Case,
    store: Store,
    work: Work,
    stored: Callable[[], list[Path]],
) -> None:
    document_id = store(case)
    url = f"/cases/{case.reference}/documents/{document_id}"
    assert client.get(f"{url}/pages/1").status_code == 404
    work()
    document = row(database, document_id)
    assert (document.state, document.page_count) == ("ready", 3)
    page = client.page(f"{url}/pages/2")
    assert "Page 2 of 3" in page.text
    assert "ESR1 p.D538G detected" in page.text
    image = client.get(f"{url}/pages/2/image")
    assert image.mimetype == "image/jpeg"
    assert image.headers["Cache-Control"] == "no-store"
    assert image.data.startswith(b"\xff\xd8\xff")
    assert client.get(f"{url}/pages/4").status_code == 404
    assert client.get(f"{url}/pages/0/image").status_code == 404
    assert len(stored()) == 1 + 3 + 3
    for path in stored():
        data = path.read_bytes()
        assert b"ESR1" not in data
        assert b"JFIF" not in data


def test_every_look_is_in_the_trail(
    client: PortalClient, database: Database, case: Case, store: Store, work: Work
) -> None:
    document_id = store(case)
    work()
    url = f"/cases/{case.reference}/documents"
    for path in ("", f"/{document_id}/pages/1", f"/{document_id}/pages/1/image", f"/{document_id}/original"):
        assert client.get(url + path).status_code == 200
    assert acts(database)[-4:] == [
        "document.listed",
        "document.page_read",
        "document.image_read",
        "document.original_fetched",
    ]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (reports.locked_pdf(), "a.pdf", "locked with a password"),
        (b"%PDF-1.7\nnothing\n%%EOF\n", "a.pdf", "could not be read"),
        (reports.photo()[:2000], "a.jpg", "The end of the file is missing"),
        (reports.huge_png(), "a.png", "too large to show"),
    ],
)
def test_a_refused_document_says_why_and_what_to_do(
    client: PortalClient,
    database: Database,
    case: Case,
    store: Store,
    work: Work,
    data: bytes,
    name: str,
    words: str,
) -> None:
    document_id = store(case, data, name)
    work()
    assert row(database, document_id).state == "refused"
    page = client.page(f"/cases/{case.reference}/documents")
    assert "Could not be used" in page.text
    assert words in page.text
    assert client.get(f"/cases/{case.reference}/documents/{document_id}/pages/1").status_code == 404


def test_a_worker_that_takes_over_goes_on_where_the_last_one_stopped(
    app: Flask, database: Database, case: Case, store: Store, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = store(case)
    original, asked = rendering.render, []

    def stops_after_two(*arguments: Any, first: int = 1, **options: Any) -> Any:
        asked.append(first)
        for page in original(*arguments, first=first, **options):
            yield page
            if page.number == 2:
                raise ConnectionError

    monkeypatch.setattr(processing.rendering, "render", stops_after_two)
    work()
    assert row(database, document_id).state == "checking"
    monkeypatch.setattr(processing.rendering, "render", original)
    with database.session(write=True) as session:
        session.execute(update(Job).values(run_at=now() - timedelta(hours=1)))
        session.commit()
    work()
    with database.session() as session:
        numbers = session.scalars(select(Page.number).where(Page.document_id == document_id)).all()
    assert sorted(numbers) == [1, 2, 3]
    assert row(database, document_id).state == "ready"
    assert asked == [1]


def test_a_job_that_runs_again_changes_nothing(
    app: Flask, database: Database, vault: Vault, case: Case, store: Store, work: Work
) -> None:
    document_id = store(case)
    work()
    before = acts(database)
    with database.session(write=True) as session:
        enqueue(session, "documents.check", {"document": document_id})
        session.commit()
    work()
    assert acts(database) == before
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Page)) == 3


def test_the_original_is_only_ever_saved(
    client: PortalClient,
    case: Case,
    store: Store,
    work: Work,
    sign_in: Any,
    signed_in: SignedIn,
    open_case: Any,
) -> None:
    case = open_case(CaseStatus.SUBMITTED)
    document_id = store(case)
    url = f"/cases/{case.reference}/documents/{document_id}/original"
    answer = client.get(url)
    assert answer.data == reports.pdf(pages=3)
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Length"] == str(len(answer.data))
    sign_in(Role.COORDINATOR)
    assert client.get(url).status_code == 404, "nothing unchecked reaches anybody but its uploader"
    work()
    assert client.get(url).status_code == 200
    signed_in.without_step_up()
    answer = client.get(url)
    assert (answer.status_code, "/step-up" in answer.location) == (303, True)


def test_who_sees_what(
    client: PortalClient,
    database: Database,
    open_case: Any,
    store: Store,
    work: Work,
    sign_in: Any,
    patient: Actor,
    signed_in: SignedIn,
) -> None:
    case = open_case(CaseStatus.IN_REVIEW)
    document_id = store(case)
    work()
    path = f"/cases/{case.reference}/documents/{document_id}/pages/1"
    for role in (Role.PATIENT, Role.REVIEWER, Role.ADMIN, Role.AUDITOR):
        sign_in(role)
        assert client.get(path).status_code == 404
    reviewer = sign_in(Role.REVIEWER)
    with database.session(write=True) as session:
        grant(
            session, session.get_one(Case, case.id), reviewer.user_id or "", Relation.ASSIGNED, actor=patient
        )
        session.commit()
    page = client.page(path)
    assert "Ana" not in page.text, "file names hold people's names"
    assert "Biomarker report" in page.text
    sign_in(Role.COORDINATOR)
    assert "Ana's report.pdf" in client.page(path).text


def test_a_document_that_was_removed_is_gone_everywhere(
    client: PortalClient,
    database: Database,
    case: Case,
    store: Store,
    work: Work,
    stored: Callable[[], list[Path]],
) -> None:
    document_id = store(case)
    work()
    url = f"/cases/{case.reference}/documents"
    assert "Ana's report.pdf" in client.page(f"{url}/{document_id}/remove").text
    assert client.submit(f"{url}/{document_id}/remove").status_code == 303
    assert "No files yet" in client.page(url).text
    assert client.get(f"{url}/{document_id}/pages/1").status_code == 404
    work()
    assert stored() == []


def test_a_document_can_be_removed_while_it_is_being_checked(
    client: PortalClient,
    database: Database,
    case: Case,
    store: Store,
    work: Work,
    stored: Callable[[], list[Path]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document_id = store(case)
    original = rendering.render

    def removed_meanwhile(*arguments: Any, **options: Any) -> Any:
        for page in original(*arguments, **options):
            if page.number == 2:
                client.submit(f"/cases/{case.reference}/documents/{document_id}/remove")
            yield page

    monkeypatch.setattr(processing.rendering, "render", removed_meanwhile)
    work()
    work()
    assert stored() == []


@pytest.mark.parametrize("number", ["0", "4", "9" * 30])
def test_pages_that_a_document_does_not_have_are_not_found(
    client: PortalClient, case: Case, store: Store, work: Work, number: str
) -> None:
    document_id = store(case)
    work()
    for page in (f"pages/{number}", f"pages/{number}/image"):
        assert client.get(f"/cases/{case.reference}/documents/{document_id}/{page}").status_code == 404


def test_only_drafts_lose_documents(client: PortalClient, open_case: Any, store: Store) -> None:
    case = open_case(CaseStatus.SUBMITTED)
    document_id = store(case)
    assert client.submit(f"/cases/{case.reference}/documents/{document_id}/remove").status_code == 404


def test_uploads_that_never_arrived_are_swept(app: Flask, database: Database, case: Case) -> None:
    with database.session(write=True) as session:
        for hours in (1, 30):
            begun = now() - timedelta(hours=hours)
            session.add(
                Document(case_id=case.id, kind="other", state="uploading", started_at=begun, created_at=begun)
            )
        session.commit()
    result = app.test_cli_runner().invoke(args=["documents", "sweep"])
    assert "1 abandoned upload" in result.output
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 1
