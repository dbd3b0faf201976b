"""Making the files of an edition: what is written to the vault, and the manifest over all of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.documents.models import Document
from portal.packages import pages, pdf, transcript
from portal.packages.contents import Contents
from portal.packages.verify import FORMAT, MANIFEST
from portal.vault.services import Vault
from portal.vault.writer import SealedObject

_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tif",
    "image/heic": "heic",
    "text/plain": "txt",
    "application/dicom": "dcm",
    "application/zip": "zip",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which edition this is, and who seals it when."""

    reference: str
    edition: int
    sealed_at: datetime
    sealed_by: dict[str, str]

    @property
    def heading(self) -> pages.Heading:
        """As the PDFs name it."""
        return pages.Heading(self.reference, self.edition, self.sealed_at)


@dataclass(frozen=True, slots=True)
class Made:
    """A part that lies in the vault."""

    name: str
    media_type: str
    title: str
    stored: SealedObject
    document_id: str | None = None


def make(vault: Vault, case_id: str, contents: Contents, stamp: Stamp) -> tuple[list[Made], SealedObject]:
    """Write the parts of an edition and its manifest; originals are referenced, never copied.

    What is written belongs to nobody until the caller commits its rows.
    """
    originals = [_original(number, document) for number, document in enumerate(contents.documents, start=1)]
    texts = {
        "synopsis.pdf": ("application/pdf", "Synopsis, two pages", _synopsis(contents, stamp)),
        "answers.pdf": ("application/pdf", "Every answer of the history", _answers(contents, stamp)),
        "answers.json": ("application/fhir+json", "The answers as FHIR R4", _fhir(contents.response)),
    }
    readme = _readme(contents, stamp, [(name, title) for name, (_, title, _) in texts.items()], originals)
    texts = {"README.txt": ("text/plain; charset=utf-8", "What is in this package", readme), **texts}
    made = [
        Made(name, media_type, title, vault.put(case_id, data))
        for name, (media_type, title, data) in texts.items()
    ]
    parts = [*made, *originals]
    return parts, vault.put(case_id, _manifest(contents, stamp, parts))


def _original(number: int, document: Document) -> Made:
    if document.object_id is None or document.manifest is None:
        raise RuntimeError("a document that is ready has its object")
    stored = SealedObject(document.object_id, document.manifest, document.size or 0, document.sha256 or "")
    extension = _EXTENSIONS.get(document.media_type, "bin")
    name = f"originals/{number:03}-{document.kind}.{extension}"
    return Made(name, document.media_type, document.file_name or "", stored, document.id)


def _synopsis(contents: Contents, stamp: Stamp) -> bytes:
    listed = [
        pages.Listed(contents.kind_of(document), document.file_name or "", document.page_count)
        for document in contents.documents
    ]
    return pages.synopsis_pdf(stamp.heading, contents.synopsis, contents.lacking, listed)


def _answers(contents: Contents, stamp: Stamp) -> bytes:
    data = {
        **pages.frame(stamp.heading, f"Answers {stamp.reference}"),
        "person": pages.person(contents.synopsis),
        "legend": "Every question that was put to the patient, and the answers in the patient’s words.",
        "chapters": transcript.as_data(contents.chapters),
    }
    return pdf.render("answers.typ", data, at=stamp.sealed_at)


def _fhir(response: dict[str, Any]) -> bytes:
    """The response, refused unless it is valid FHIR R4."""
    from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse  # noqa: PLC0415

    QuestionnaireResponse.model_validate(response)
    return json.dumps(response, ensure_ascii=False, indent=1).encode()


def _readme(
    contents: Contents, stamp: Stamp, texts: Sequence[tuple[str, str]], originals: Sequence[Made]
) -> bytes:
    lines = [
        f"Case {stamp.reference}, edition {stamp.edition}, sealed {stamp.sealed_at:%Y-%m-%d %H:%M} UTC",
        "",
        "This package holds health information. Keep it where only those may read it who must.",
        "",
        "Files",
        *(f"  {name}  {title}" for name, title in texts),
        f"  {MANIFEST}  SHA-256 of every file",
        *(f"  {made.name}  {_line(made.title)}" for made in originals),
        "",
        "Missing or old when this edition was sealed",
        *(f"  - {_line(text)}" for text in contents.lacking or ["nothing that the portal asks for"]),
        "",
        f"To check that nothing was changed, compare each file with {MANIFEST} (format {FORMAT}).",
        "",
    ]
    return "\n".join(lines).encode("utf-8", "replace")


def _line(text: str) -> str:
    return " ".join(text.split())


def _manifest(contents: Contents, stamp: Stamp, parts: Sequence[Made]) -> bytes:
    documents = {document.id: document for document in contents.documents}
    manifest = {
        "format": FORMAT,
        "case": stamp.reference,
        "edition": stamp.edition,
        "sealed_at": stamp.sealed_at.isoformat(),
        "sealed_by": stamp.sealed_by,
        "questionnaire": contents.response["questionnaire"],
        "content_digest": contents.digest,
        "parts": [_part(part, documents) for part in parts],
    }
    return json.dumps(manifest, indent=1).encode()


def _part(part: Made, documents: dict[str, Document]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": part.name,
        "media_type": part.media_type,
        "size": part.stored.size,
        "sha256": part.stored.sha256,
    }
    if part.document_id is not None:
        document = documents[part.document_id]
        entry["document"] = {
            "id": document.id,
            "kind": document.kind,
            "file_name": document.file_name,
            "pages": document.page_count,
        }
    return entry
