"""The pages of a package, the ZIP over HTTP, the preview, the command."""

import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select

from portal.audit.models import AuditRow
from portal.cases.models import Case
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.packages import services, verify
from tests.integration.opinions.kit import Review, under_review
from tests.integration.packages.kit import told_case
from tests.support.pages import PortalClient
from tests.support.people import SignedIn

IDENTITY = ("Maria", "Quintero", "1969", "Apr", "Marsh", "Evergreen", "Mia", "Report 1")


@pytest.fixture
def review(app: Flask, signed_in: SignedIn) -> Review:
    """A sealed case under review, opened by its reviewer."""
    made = under_review(app)
    signed_in.as_(made.reviewer)
    return made


def test_the_package_page_and_the_answers(client: PortalClient, review: Review) -> None:
    page = client.page(f"/reviews/{review.reference}/package")
    for text in ("Package, edition 1", "Maria Quintero", "What comes after it?", "Unknown:", "SHA-256"):
        assert text in page.text
    assert any("/documents/" in link for link in page.links)
    answers = client.page(f"/reviews/{review.reference}/answers")
    assert "Fulvestrant with capivasertib" in answers.text


def test_the_zip_is_whole_and_never_opened_inside_the_portal(
    client: PortalClient, review: Review, tmp_path: Path
) -> None:
    answer = client.get(f"/reviews/{review.reference}/package.zip")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={review.reference}-edition-1.zip"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.content_length == len(answer.data)
    path = tmp_path / "p.zip"
    path.write_bytes(answer.data)
    assert verify.verify(path) == []


def test_no_database_connection_is_held_while_the_zip_travels(
    client: PortalClient, review: Review, app: Flask
) -> None:
    database: Database = app.extensions["database"]
    held: list[int] = []
    event.listen(database.engine, "checkout", lambda *_: held.append(1))
    event.listen(database.engine, "checkin", lambda *_: held.pop())
    answer = client.get(f"/reviews/{review.reference}/package.zip", buffered=False)
    pieces = iter(answer.response)
    next(pieces)
    assert held == []
    answer.close()


def test_an_earlier_edition_can_be_fetched_and_an_unknown_one_not(
    client: PortalClient, review: Review
) -> None:
    url = f"/reviews/{review.reference}/package.zip"
    assert client.get(f"{url}?edition=1").status_code == 200
    assert client.get(f"{url}?edition=2").status_code == 404


def test_readable_parts_are_attachments_and_nothing_else_is_served(
    client: PortalClient, review: Review
) -> None:
    url = f"/reviews/{review.reference}/package"
    answer = client.get(f"{url}/synopsis.pdf")
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    for name in ("manifest.json", "originals", "..%2f..%2fetc", "originals%2f001-pathology.pdf"):
        assert client.get(f"{url}/{name}").status_code == 404


def test_the_zip_asks_who_it_is(client: PortalClient, signed_in: SignedIn, review: Review) -> None:
    signed_in.without_step_up()
    answer = client.get(f"/reviews/{review.reference}/package.zip")
    assert answer.status_code == 303
    assert "/step-up" in (answer.location or "")


def test_every_look_is_in_the_trail(client: PortalClient, review: Review, app: Flask) -> None:
    for path in ("package", "answers", "package.zip", "package/synopsis.pdf"):
        client.get(f"/reviews/{review.reference}/{path}")
    with app.extensions["database"].session() as session:
        acts = set(
            session.scalars(select(AuditRow.action).where(AuditRow.actor_id == review.reviewer.user_id))
        )
    assert {"package.read", "history.read", "package.downloaded", "package.part-read"} <= acts


def test_an_offer_is_previewed_without_identity(
    client: PortalClient, signed_in: SignedIn, app: Flask
) -> None:
    offered = under_review(app, accepted=False)
    signed_in.as_(offered.reviewer)
    page = client.page(f"/reviews/{offered.reference}/preview")
    for text in ("50 to 59", "capivasertib", "palbociclib", "Hormone positive and HER2 negative"):
        assert text in page.text
    for text in IDENTITY:
        assert text not in page.text, text
    for path in ("package", "answers", "package.zip", "package/synopsis.pdf"):
        assert client.get(f"/reviews/{offered.reference}/{path}").status_code == 404


def test_a_preview_ends_with_the_answer(client: PortalClient, review: Review) -> None:
    client.page(f"/reviews/{review.reference}/preview", status=404)


@pytest.mark.parametrize("role", [Role.PATIENT, Role.CAREGIVER, Role.REVIEWER, Role.ADMIN, Role.AUDITOR])
def test_strangers_find_nothing(client: PortalClient, review: Review, role: Role, sign_in: object) -> None:
    assert callable(sign_in)
    sign_in(role)
    for path in ("package", "answers", "package.zip", "package/synopsis.pdf", "preview"):
        assert client.get(f"/reviews/{review.reference}/{path}").status_code == 404


def test_the_owner_has_no_way_round(client: PortalClient, signed_in: SignedIn, review: Review) -> None:
    signed_in.as_(review.patient)
    assert client.get(f"/reviews/{review.reference}/package.zip").status_code == 404


def test_the_command_writes_what_was_sealed(app: Flask, review: Review, tmp_path: Path) -> None:
    out = tmp_path / "out" / "deep"
    ran = app.test_cli_runner().invoke(args=["cases", "package", review.reference, "--out", str(out)])
    assert ran.exit_code == 0, ran.output
    for line in ran.output.splitlines():
        name, size, _ = line.split("\t")
        assert Path(name).stat().st_size == int(size)
        assert Path(name).stat().st_mode & 0o077 == 0
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in out.rglob("*"):
            if file.is_file():
                archive.write(file, file.relative_to(out))
    assert verify.verify(path) == []


def test_the_command_says_what_it_cannot_do(app: Flask, tmp_path: Path, sign_in: object) -> None:
    assert callable(sign_in)
    patient: Actor = sign_in(Role.PATIENT)
    with app.extensions["database"].session(write=True) as session:
        case: Case = told_case(session, app.extensions["vault"], owner=patient)
        session.commit()
    runner = app.test_cli_runner()
    for reference, words in (("SO-NONE-NONE", "There is no case"), (case.reference, "no sealed package yet")):
        ran = runner.invoke(args=["cases", "package", reference, "--out", str(tmp_path / "x")])
        assert ran.exit_code == 1
        assert words in ran.output
    assert not (tmp_path / "x").exists()


def test_a_case_that_is_not_sealed_has_no_package(client: PortalClient, app: Flask, sign_in: object) -> None:
    assert callable(sign_in)
    patient: Actor = sign_in(Role.PATIENT)
    with app.extensions["database"].session(write=True) as session:
        case = told_case(session, app.extensions["vault"], owner=patient)
        assert services.current(session, case) is None
        session.commit()
    sign_in(Role.COORDINATOR)
    client.page(f"/reviews/{case.reference}/package", status=404)
