"""Packages as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _

from portal.cases.models import Case
from portal.core.actor import Actor, Role
from portal.documents.models import Document
from portal.documents.presenters import display_name, kind_name, size_words
from portal.packages.models import Package, PackagePart

READABLE = ("synopsis.pdf", "answers.pdf")


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of the package and where its pages are read; a reviewer gets no file name."""

    number: int
    kind: str
    name: str
    pages: str
    href: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """A part of an edition."""

    name: str
    title: str
    size: str
    sha256: str
    href: str


@dataclass(frozen=True, slots=True)
class EditionRow:
    """One edition in the list of all."""

    number: int
    sealed_at: str
    href: str


def document_rows(documents: Sequence[Document], case: Case, actor: Actor) -> list[DocumentRow]:
    """The documents in the order of the package."""
    return [
        DocumentRow(
            number=number,
            kind=kind_name(document),
            name=display_name(document, actor) if actor.role is not Role.REVIEWER else "",
            pages=ngettext("%(num)d page", "%(num)d pages", document.page_count),
            href=url_for("documents.viewer", reference=case.reference, document_id=document.id, number=1),
        )
        for number, document in enumerate(documents, start=1)
    ]


def file_rows(parts: Sequence[PackagePart], case: Case) -> list[FileRow]:
    """The parts of an edition; the ones made to be read at once carry a link."""
    return [
        FileRow(
            name=part.name,
            title=part.title or "",
            size=size_words(part.size or 0),
            sha256=part.sha256 or "",
            href=url_for("packages.part", reference=case.reference, name=part.name)
            if part.name in READABLE
            else "",
        )
        for part in parts
    ]


def edition_rows(editions: Sequence[Package], case: Case) -> list[EditionRow]:
    """Every edition, the newest first."""
    return [
        EditionRow(
            number=package.edition,
            sealed_at=sealed_words(package),
            href=url_for("packages.download", reference=case.reference, edition=package.edition),
        )
        for package in editions
    ]


def sealed_words(package: Package) -> str:
    """When an edition was sealed."""
    return str(_("%(moment)s UTC", moment=format_datetime(package.sealed_at, "d MMM yyyy, HH:mm")))
