"""Uploads: what is taken, what is refused, and what is left when something fails."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal.audit.models import AuditRow
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.core.errors import Unavailable
from portal.documents.models import Document, DocumentKind, DocumentState
from portal.documents.services import store_document
from portal.jobs.models import Job
from portal.settings import Settings
from portal.vault.services import Vault
from tests.support import reports
from tests.support.pages import PortalClient

Stored = Callable[[], list[Path]]


def documents(database: Database) -> list[Document]:
    with database.session() as session:
        rows = list(session.scalars(select(Document).order_by(Document.created_at)))
        for row in rows:
            assert row.file_name
        return rows


def send_raw(client: PortalClient, case: Case, data: bytes, name: str = "report.pdf", **options: Any) -> Any:
    headers = {"X-Document-Kind": "biomarker", "X-File-Name": name}
    return client.post(
        f"/cases/{case.reference}/documents/raw",
        data=data,
        headers=headers,
        content_type="application/octet-stream",
        **options,
    )


def form(*files: tuple[bytes, str], kind: str = "pathology") -> dict[str, Any]:
    return {"kind": kind, "files": [(io.BytesIO(data), name) for data, name in files]}


def test_a_raw_upload_is_stored_sealed_with_audit_row_and_job(
    client: PortalClient, case: Case, database: Database, vault: Vault, stored: Stored
) -> None:
    answer = send_raw(client, case, reports.pdf(), "Bef%C3%BCnd%20.pdf")
    assert answer.status_code == 201
    (document,) = documents(database)
    assert answer.json == {"id": document.id, "state": "received"}
    assert (document.state, document.kind, document.media_type) == (
        "received",
        "biomarker",
        "application/pdf",
    )
    assert document.object_id
    assert document.manifest
    assert vault.open(case.id, document.object_id, document.manifest).read_all() == reports.pdf()
    (path,) = stored()
    assert b"%PDF" not in path.read_bytes()
    with database.session() as session:
        assert (
            session.scalar(select(AuditRow.action).where(AuditRow.subject == document.id))
            == "document.uploaded"
        )
        job = session.scalars(select(Job).where(Job.kind == "documents.check")).one()
        assert job.payload == {"document": document.id}
        found = session.get(Document, document.id)
        assert found
        assert found.file_name == "Befünd .pdf"


def test_a_form_takes_several_files_and_names_those_it_cannot_use(
    client: PortalClient, case: Case, database: Database
) -> None:
    url = f"/cases/{case.reference}/documents"
    files = (
        (reports.pdf(), "a.pdf"),
        (reports.photo(), "b.jpg"),
        (b"MZ", "c.exe"),
        (reports.photo(), "d.pdf"),
    )
    page = client.submit_for_page(url, form(*files))
    assert "“c.exe”: We can use PDF, JPEG and PNG files." in page.text
    assert "“d.pdf”: The file is not what its name says." in page.text
    assert "2 files are safely stored" in page.text
    assert [document.media_type for document in documents(database)] == ["application/pdf", "image/jpeg"]


def test_a_good_form_leads_back_to_the_list(client: PortalClient, case: Case) -> None:
    url = f"/cases/{case.reference}/documents"
    answer = client.submit(url, form((reports.scan(), "scan.png")))
    assert (answer.status_code, answer.location) == (303, url)
    page = client.page(url)
    assert "1 file is safely stored" in page.text
    assert "Being checked" in page.text


def test_a_form_without_kind_or_file_says_so(client: PortalClient, case: Case, database: Database) -> None:
    url = f"/cases/{case.reference}/documents"
    assert (
        "Choose what these reports are about"
        in client.submit_for_page(url, form((reports.pdf(), "a.pdf"), kind="")).text
    )
    assert "Choose at least one file" in client.submit_for_page(url, form((b"", ""))).text
    assert documents(database) == []


@pytest.mark.parametrize(
    ("data", "name", "status", "reason"),
    [
        (b"", "a.pdf", 422, "empty"),
        (reports.pdf()[:-300], "a.pdf", 422, "cut_off"),
        (reports.photo(), "a.pdf", 422, "mislabelled"),
        (b"hello", "a.txt", 422, "type"),
        (reports.pdf() + b"PK", "a.pdf", 422, "trailing"),
    ],
)
def test_refused_at_once_with_plain_words(
    client: PortalClient,
    case: Case,
    database: Database,
    stored: Stored,
    data: bytes,
    name: str,
    status: int,
    reason: str,
) -> None:
    answer = send_raw(client, case, data, name)
    assert (answer.status_code, answer.json["reason"]) == (status, reason)
    assert answer.json["message"].endswith(".")
    assert documents(database) == []
    assert stored() == []


def limited(app: Flask, **limits: int) -> None:
    settings: Settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update=limits)


def test_limits_per_file_and_per_case(app: Flask, client: PortalClient, case: Case, stored: Stored) -> None:
    size = len(reports.pdf())
    limited(app, max_file_bytes=size - 1)
    assert send_raw(client, case, reports.pdf()).json["reason"] == "too_large"
    page = client.submit_for_page(f"/cases/{case.reference}/documents", form((reports.pdf(), "a.pdf")), 413)
    assert "The file is larger than" in page.text
    limited(app, max_file_bytes=size, max_case_bytes=size + 10)
    assert send_raw(client, case, reports.pdf()).status_code == 201
    full = send_raw(client, case, reports.pdf())
    assert (full.status_code, full.json["reason"]) == (413, "case_bytes")
    limited(app, max_case_bytes=size * 9, max_case_files=1)
    assert send_raw(client, case, reports.pdf()).json["reason"] == "case_files"
    assert len(stored()) == 1


def test_a_sender_that_hangs_up_leaves_nothing(
    client: PortalClient, case: Case, database: Database, stored: Stored
) -> None:
    cut = {"CONTENT_LENGTH": str(len(reports.pdf()) + 100)}
    assert send_raw(client, case, reports.pdf(), environ_overrides=cut).status_code == 400
    body = (
        b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nother\r\n'
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
        + reports.pdf()
        + b"\r\n"
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="b.pdf"\r\n\r\n%PDF-1.7 and'
    )
    answer = client.post(
        f"/cases/{case.reference}/documents", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 400
    assert documents(database) == []
    assert stored() == []


def test_a_body_without_length_is_refused(client: PortalClient, case: Case) -> None:
    answer = client.post(
        f"/cases/{case.reference}/documents/raw",
        headers={"X-Document-Kind": "other", "X-File-Name": "a.pdf"},
        content_type="application/octet-stream",
        environ_overrides={"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(reports.pdf())},
    )
    assert answer.status_code == 411


@pytest.mark.parametrize("method", ["write", "finish"])
def test_a_store_that_is_down_is_503_and_nothing_half_done(
    client: PortalClient,
    case: Case,
    database: Database,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("The file store cannot be reached right now.")

    monkeypatch.setattr(f"portal.vault.writer.ObjectWriter.{method}", fail)
    answer = send_raw(client, case, reports.pdf())
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert documents(database) == []
    assert stored() == []


def failing_commit(monkeypatch: pytest.MonkeyPatch, number: int, *, after: bool) -> None:
    """Let the given write transaction fail: before it is committed, or after with its answer lost."""
    original, count = Session.commit, iter(range(1, 100))

    def commit(session: Session) -> None:
        failing = next(count) == number
        if not failing or after:
            original(session)
        if failing:
            raise OperationalError("commit", None, Exception("gone"))

    monkeypatch.setattr(Session, "commit", commit)


@pytest.mark.parametrize("number", [1, 2])
def test_a_database_that_fails_is_503_and_nothing_half_done(
    client: PortalClient,
    case: Case,
    database: Database,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    failing_commit(monkeypatch, number, after=False)
    assert send_raw(client, case, reports.pdf()).status_code == 503
    assert documents(database) == []
    assert stored() == []


def test_a_commit_whose_answer_was_lost_counts(
    client: PortalClient, case: Case, database: Database, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_commit(monkeypatch, 2, after=True)
    assert send_raw(client, case, reports.pdf()).status_code == 201
    assert [document.state for document in documents(database)] == ["received"]
    assert len(stored()) == 1


def test_a_case_withdrawn_while_the_file_travels_takes_nothing(
    client: PortalClient, case: Case, database: Database, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdraw_then(stream: Any, length: int, **_: object) -> Iterator[bytes]:
        with database.session(write=True) as session:
            found = cases.by_id(session, case.id)
            assert found
            cases.change_status(session, found, CaseStatus.WITHDRAWN, actor=Actor.system())
            session.commit()
        yield stream.read(length)

    monkeypatch.setattr("portal.documents.incoming.pieces", withdraw_then)
    assert send_raw(client, case, reports.pdf()).status_code == 404
    assert documents(database) == []
    assert stored() == []


@pytest.mark.parametrize("path", ["raw", ""])
def test_a_forged_request_is_stopped_before_a_file_is_read(
    app: Flask, client: PortalClient, case: Case, database: Database, path: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    url = f"/cases/{case.reference}/documents" + (f"/{path}" if path else "")
    kind = "application/octet-stream" if path else "multipart/form-data; boundary=x"
    start = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    body = CountingBody((b"" if path else start) + reports.pdf() * 200)
    answer = client.post(url, content_type=kind, input_stream=body, content_length=body.size)
    assert answer.status_code == 400
    assert body.taken < 600_000 < body.size
    assert documents(database) == []


class CountingBody(io.BytesIO):
    """Counts how much of it was read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.size, self.taken = len(data), 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def test_only_those_who_may_upload_can(
    client: PortalClient, open_case: Callable[..., Case], sign_in: Any
) -> None:
    ready, submitted = open_case(CaseStatus.READY), open_case(CaseStatus.SUBMITTED)
    assert send_raw(client, ready, reports.pdf()).status_code == 404
    sign_in(Role.COORDINATOR)
    assert send_raw(client, submitted, reports.pdf()).status_code == 201
    for role in (Role.REVIEWER, Role.PATIENT, Role.ADMIN):
        sign_in(role)
        assert send_raw(client, submitted, reports.pdf()).status_code == 404


def test_code_stores_documents_like_an_upload(
    database: Database, vault: Vault, settings: Settings, case: Case
) -> None:
    chunks = (reports.pdf()[start : start + 1000] for start in range(0, len(reports.pdf()), 1000))
    document_id = store_document(
        database,
        vault,
        settings,
        case_id=case.id,
        kind=DocumentKind.OTHER,
        file_name="a.pdf",
        chunks=chunks,
        actor=Actor.system(),
    )
    with database.session() as session:
        found = session.get(Document, document_id)
        assert found
        assert found.state_of is DocumentState.RECEIVED
        assert session.scalar(select(func.count()).select_from(Job).where(Job.key == document_id)) == 1
