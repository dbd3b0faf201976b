"""Empty, truncated, mislabelled, password-protected and oversized files: each is told apart, none is kept.

Every file goes through both doors (the form of the page and the raw upload) and must be answered in the
same words, which say what is wrong and what to do.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.documents.models import Document
from portal.jobs import registry
from portal.jobs.worker import Worker
from portal.settings import Settings
from tests.integration.intake.walking import Walker, start
from tests.support import reports
from tests.support.pages import PortalClient

LIMIT = 200_000
OTHER = "The file is not what its name says."


@dataclass(frozen=True, slots=True)
class Bad:
    """A file and what must be said about it: what is wrong, and what to do."""

    data: bytes
    name: str
    wrong: str
    advice: str
    status: int = 422


AT_ONCE = {
    "empty": Bad(b"", "a.pdf", "The file is empty.", "Choose the file again"),
    "truncated": Bad(reports.pdf()[:-300], "a.pdf", "The end of the file is missing.", "once more"),
    "mislabelled": Bad(reports.photo(), "a.pdf", OTHER, "save it as a PDF"),
    "renamed program": Bad(b"MZ\x90" * 99, "a.jpg", OTHER, "save it as a PDF"),
    "of another kind": Bad(b"PK\x03\x04" * 9, "a.docx", "PDF, JPEG and PNG files.", "Save it as a PDF"),
    "oversized": Bad(
        b"%PDF-1.7\n" + b" " * LIMIT, "a.pdf", "The file is larger than 195 KB.", "smaller files", 413
    ),
}
AFTER_THE_CHECK = {
    "password-protected": Bad(
        reports.locked_pdf(),
        "a.pdf",
        "The file is locked with a password.",
        "Save a copy without",
    ),
    "truncated picture": Bad(
        reports.photo()[:2000], "a.jpg", "The end of the file is missing.", "scan it once more"
    ),
    "damaged": Bad(b"%PDF-1.7\nnothing\n%%EOF\n", "a.pdf", "could not be read.", "save it as a PDF"),
    "oversized picture": Bad(reports.huge_png(), "a.png", "The picture is too large", "Save it smaller"),
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A portal that takes small files only."""
    return settings.model_copy(update={"max_file_bytes": LIMIT})


@pytest.fixture
def walker(app: Flask, client: PortalClient, sign_in: Callable[..., Actor]) -> Walker:
    return start(app, client, sign_in(Role.PATIENT))


def send_form(client: PortalClient, walker: Walker, bad: Bad) -> tuple[int, str]:
    form = {"kind": "pathology", "files": [(io.BytesIO(bad.data), bad.name)]}
    answer = client.post(f"{walker.base}/documents", data=form)
    return answer.status_code, answer.get_data(as_text=True)


def send_raw(client: PortalClient, walker: Walker, bad: Bad) -> tuple[int, str]:
    answer = client.post(
        f"{walker.base}/documents/raw",
        data=bad.data,
        headers={"X-Document-Kind": "pathology", "X-File-Name": bad.name},
        content_type="application/octet-stream",
    )
    return answer.status_code, answer.json["message"] if answer.status_code >= 400 and answer.json else ""


def kept(app: Flask, settings: Settings) -> tuple[int, int]:
    """Rows of documents and objects in the store."""
    database: Database = app.extensions["database"]
    with database.session() as session:
        rows = session.query(Document).count()
    return rows, sum(path.is_file() for path in Path(settings.data_dir / "objects").rglob("*"))


@pytest.mark.parametrize("send", [send_form, send_raw], ids=["form", "raw"])
@pytest.mark.parametrize("bad", AT_ONCE.values(), ids=AT_ONCE)
def test_a_bad_file_is_refused_at_once_in_words_and_not_kept(
    app: Flask,
    client: PortalClient,
    walker: Walker,
    settings: Settings,
    bad: Bad,
    send: Callable[[PortalClient, Walker, Bad], tuple[int, str]],
) -> None:
    status, words = send(client, walker, bad)
    assert status == bad.status
    assert bad.wrong in words
    assert bad.advice in words
    assert kept(app, settings) == (0, 0)


@pytest.mark.parametrize("bad", AFTER_THE_CHECK.values(), ids=AFTER_THE_CHECK)
def test_what_only_a_full_parse_finds_is_told_on_the_list_with_a_way_to_remove_it(
    app: Flask, client: PortalClient, walker: Walker, bad: Bad
) -> None:
    assert send_form(client, walker, bad)[0] == 303
    assert "Being checked" in client.page(f"{walker.base}/documents").text
    registry.load()
    Worker(app.extensions["database"], app.app_context).drain()
    page = client.page(f"{walker.base}/documents")
    assert "Could not be used" in page.text
    assert bad.wrong in page.text
    assert bad.advice in page.text
    remove = next(link for link in page.links if link.endswith("/remove"))
    assert client.submit(remove, {"sure": "y"}).status_code == 303
    assert "No files yet" in client.page(f"{walker.base}/documents").text
