"""Sealing on both databases: editions, what is in them, and that they never change."""

import hashlib
import io
import json
import zipfile
from contextlib import closing
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.models import AuditRow
from portal.cases.models import Case
from portal.core.actor import Actor, Role
from portal.core.errors import NotFound
from portal.documents.models import DocumentState
from portal.packages import services, verify
from portal.packages.models import Package
from portal.settings import Settings
from portal.vault.errors import Tampered
from portal.vault.services import Vault, build_vault
from tests.integration.packages.kit import MARIA, add_document, tell, told_case
from tests.support.people import actor_of, make_user

NAUGHTY = [
    '#eval("1+1") #include "common.typ"',
    "*bold* _it_ `raw` $x^2$ <label> @ref \\ // comment",
    "]#panic()[",
    "<script>alert(1)</script>",
    "王小明 and عمر and नमस्ते and 😀",
    "null\x00 bell\x07 rtl\u202e zero\u200b lone\ud800 line\u2028sep",
    "=1+2",
    "word" * 2000,
    "\n" * 500 + "end",
]


@pytest.fixture
def vault(settings: Settings) -> Vault:
    """A vault on disk."""
    return build_vault(settings)


@pytest.fixture
def coordinator(session: Session) -> Actor:
    """Who seals."""
    return actor_of(make_user(session, Role.COORDINATOR, name="Coordinator Test"))


@pytest.fixture
def patient(session: Session) -> Actor:
    """Whose case it is."""
    return actor_of(make_user(session, Role.PATIENT))


@pytest.fixture
def case(session: Session, vault: Vault, patient: Actor) -> Case:
    """A case with answers and two documents."""
    return told_case(session, vault, owner=patient)


def _zip(session: Session, vault: Vault, case: Case, package: Package) -> bytes:
    return b"".join(services.stream_zip(vault, services.sealed_edition(session, case, package)))


def _part(session: Session, vault: Vault, case: Case, name: str) -> bytes:
    package = services.current(session, case)
    assert package is not None
    return services.read_part(vault, services.sealed_edition(session, case, package), name)[1]


def test_an_edition_is_whole(
    session: Session, vault: Vault, case: Case, coordinator: Actor, tmp_path: Path
) -> None:
    package = services.seal(session, vault, case, actor=coordinator)
    path = tmp_path / "package.zip"
    path.write_bytes(_zip(session, vault, case, package))
    assert verify.verify(path) == []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert names == [
            "manifest.json",
            "README.txt",
            "synopsis.pdf",
            "answers.pdf",
            "answers.json",
            "originals/001-pathology.pdf",
            "originals/002-pathology.pdf",
        ]
        manifest = json.loads(archive.read("manifest.json"))
        original = archive.read("originals/002-pathology.pdf")
    assert (manifest["case"], manifest["edition"]) == (case.reference, 1)
    assert manifest["sealed_by"] == {
        "id": coordinator.user_id,
        "role": "coordinator",
        "name": "Coordinator Test",
    }
    assert manifest["parts"][-1]["sha256"] == hashlib.sha256(original).hexdigest()
    assert manifest["parts"][-1]["document"]["file_name"] == "Report 2.pdf"
    assert [row.action for row in session.scalars(select(AuditRow))].count("package.sealed") <= 1


def test_originals_are_not_copied(session: Session, vault: Vault, case: Case, coordinator: Actor) -> None:
    package = services.seal(session, vault, case, actor=coordinator)
    parts = {part.name: part for part in services.parts_of(session, package)}
    original = parts["originals/001-pathology.pdf"]
    documents = {document.id: document for document in services.contents_of(session, case).documents}
    assert original.object_id == documents[original.document_id or ""].object_id


def test_answers_are_valid_fhir(session: Session, vault: Vault, case: Case, coordinator: Actor) -> None:
    services.seal(session, vault, case, actor=coordinator)
    response = json.loads(_part(session, vault, case, "answers.json"))
    assert QuestionnaireResponse.model_validate(response).status == "completed"
    assert response["questionnaire"].endswith(f"|{case.pack_version}")


def test_nothing_changed_means_no_new_edition(
    session: Session, vault: Vault, case: Case, coordinator: Actor
) -> None:
    first = services.seal(session, vault, case, actor=coordinator)
    assert services.seal(session, vault, case, actor=coordinator) is first


def test_a_change_makes_a_new_edition_and_leaves_the_old_one(
    session: Session, vault: Vault, case: Case, coordinator: Actor, patient: Actor
) -> None:
    first = services.seal(session, vault, case, actor=coordinator)
    before = _zip(session, vault, case, first)
    tell(session, case, {**MARIA, "a.plan": "Something else"}, actor=patient)
    second = services.seal(session, vault, case, actor=coordinator)
    add_document(session, vault, case, b"%PDF new", kind="imaging")
    third = services.seal(session, vault, case, actor=coordinator)
    assert [package.edition for package in services.editions(session, case)] == [3, 2, 1]
    assert services.current(session, case) is third
    assert _zip(session, vault, case, first) == before
    assert len(services.parts_of(session, second)) + 1 == len(services.parts_of(session, third))
    assert services.edition(session, case, 2) is second
    with pytest.raises(NotFound):
        services.edition(session, case, 4)


@pytest.mark.parametrize("state", [DocumentState.CHECKING, DocumentState.REFUSED])
def test_only_documents_that_passed_their_checks_go_in(
    session: Session, vault: Vault, case: Case, coordinator: Actor, state: DocumentState
) -> None:
    add_document(session, vault, case, b"hostile", name="hostile.pdf", state=state)
    package = services.seal(session, vault, case, actor=coordinator)
    assert sum(part.document_id is not None for part in services.parts_of(session, package)) == 2
    waiting = "still being checked" in _part(session, vault, case, "README.txt").decode()
    assert waiting is (state is DocumentState.CHECKING)


def test_a_case_without_any_document_or_answer(
    session: Session, vault: Vault, patient: Actor, coordinator: Actor, tmp_path: Path
) -> None:
    case = told_case(session, vault, owner=patient, told={}, documents=0)
    package = services.seal(session, vault, case, actor=coordinator)
    path = tmp_path / "p.zip"
    path.write_bytes(_zip(session, vault, case, package))
    assert verify.verify(path) == []


def test_a_tampered_manifest_stops_the_zip_before_its_first_byte(
    session: Session, vault: Vault, case: Case, coordinator: Actor
) -> None:
    package = services.seal(session, vault, case, actor=coordinator)
    part = services.parts_of(session, package)[-1]
    other = services.parts_of(session, package)[-2]
    part.manifest = other.manifest
    session.flush()
    with pytest.raises(Tampered):
        services.stream_zip(vault, services.sealed_edition(session, case, package))


def test_a_tampered_object_breaks_the_zip_off(
    session: Session, vault: Vault, case: Case, coordinator: Actor, settings: Settings
) -> None:
    package = services.seal(session, vault, case, actor=coordinator)
    target = services.parts_of(session, package)[-1].object_id or ""
    (path,) = (settings.data_dir / "objects").rglob(target)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    received = bytearray()
    with pytest.raises(Tampered):
        received.extend(
            byte
            for piece in services.stream_zip(vault, services.sealed_edition(session, case, package))
            for byte in piece
        )
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(received))


def test_another_digest_than_the_sealed_one_stops_the_zip_before_its_first_byte(
    session: Session, vault: Vault, case: Case, coordinator: Actor
) -> None:
    package = services.seal(session, vault, case, actor=coordinator)
    services.parts_of(session, package)[-1].sha256 = "0" * 64
    session.flush()
    with pytest.raises(Tampered, match="digest"):
        services.stream_zip(vault, services.sealed_edition(session, case, package))


def test_pdfs_are_tagged_titled_and_in_english(
    session: Session, vault: Vault, case: Case, coordinator: Actor
) -> None:
    services.seal(session, vault, case, actor=coordinator)
    for name, title in (("synopsis.pdf", "Case synopsis"), ("answers.pdf", "Answers")):
        with pikepdf.open(io.BytesIO(_part(session, vault, case, name))) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert str(pdf.Root.Lang).startswith("en")
            assert pdf.Root.ViewerPreferences.DisplayDocTitle
            assert "/StructTreeRoot" in pdf.Root
            with pdf.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"
                assert metadata["dc:title"] == f"{title} {case.reference}"


def test_naughty_strings_appear_letter_for_letter_on_at_most_two_sides(
    session: Session, vault: Vault, case: Case, coordinator: Actor, patient: Actor
) -> None:
    text = " ".join(NAUGHTY)
    told = {
        **MARIA,
        "a.name": NAUGHTY[0],
        "a.plan": text,
        "j.words": text,
        "j.worry": text,
        "j.wontdo": text,
        "l.q": [f"{number} {each}" for number, each in enumerate(NAUGHTY * 5)],
        "e.drug": [{"e.drug.name": each, "e.drug.still": "yes"} for each in NAUGHTY * 8],
        "h.meds": [{"h.meds.text": each} for each in NAUGHTY * 4],
    }
    tell(session, case, told, actor=patient)
    for number in range(40):
        add_document(
            session, vault, case, b"%PDF", name=f"{number} {NAUGHTY[number % len(NAUGHTY)][:200]}.pdf"
        )
    services.seal(session, vault, case, actor=coordinator)
    synopsis = _text(_part(session, vault, case, "synopsis.pdf"))
    assert len(synopsis) == 2
    assert '#eval("1+1")' in synopsis[0]
    answers = "".join(_text(_part(session, vault, case, "answers.pdf")))
    for each in NAUGHTY[:4]:
        assert "".join(each.split()) in "".join(answers.split())
    assert "□" in answers


def _text(pdf: bytes) -> list[str]:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [_page_text(document, number) for number in range(len(document))]


def _page_text(document: pypdfium2.PdfDocument, number: int) -> str:
    with closing(document[number]) as page, closing(page.get_textpage()) as text:
        return str(text.get_text_bounded())
