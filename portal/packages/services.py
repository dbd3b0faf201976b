"""Use cases of packages: seal an edition, list editions, read parts, stream the whole."""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.audit import services as audit
from portal.cases.models import Case
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.packages import contents, repository, sealing, zipstream
from portal.packages.contents import Contents
from portal.packages.models import Package, PackagePart
from portal.packages.preview import drug_names
from portal.packages.preview import preview as without_identity
from portal.packages.verify import MANIFEST
from portal.vault.errors import Tampered
from portal.vault.reader import ObjectReader
from portal.vault.services import Vault

MANIFEST_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class StoredPart:
    """What is needed to read one part after its rows are gone."""

    name: str
    media_type: str
    object_id: str
    manifest: bytes
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SealedEdition:
    """An edition as plain values, to be read without a database session; its manifest is the first part."""

    case_id: str
    reference: str
    edition: int
    sealed_at: datetime
    parts: tuple[StoredPart, ...]

    @property
    def zip_size(self) -> int:
        """Bytes of the ZIP."""
        return zipstream.length((part.name, part.size) for part in self.parts)

    @property
    def file_name(self) -> str:
        """How the ZIP is called."""
        return f"{self.reference}-edition-{self.edition}.zip"


def seal(session: Session, vault: Vault, case: Case, *, actor: Actor) -> Package:
    """Seal the case as it is now. When nothing changed since the newest edition, that one is returned.

    Needs a write session. Objects go to the vault before any row is written; when the caller does not
    commit, their ciphertext stays in the store and belongs to nobody.
    """
    repository.lock(session, case.id)
    newest = repository.newest(session, case.id)
    moment = now()
    found = contents.read(session, case, at=moment)
    digest = found.digest
    if newest is not None and newest.content_digest == digest:
        return newest
    sealed_by = {"id": actor.user_id or "", "role": actor.role.value, "name": actor.name}
    stamp = sealing.Stamp(case.reference, newest.edition + 1 if newest else 1, moment, sealed_by)
    made, manifest = sealing.make(vault, case.id, found, stamp)
    package = Package(
        case_id=case.id,
        edition=stamp.edition,
        sealed_by=actor.user_id,
        sealed_at=moment,
        object_id=manifest.object_id,
        manifest=manifest.manifest,
        size=manifest.size,
    )
    package.sha256, package.content_digest = manifest.sha256, digest
    session.add(package)
    session.flush()
    session.add_all(_row(package, position, part) for position, part in enumerate(made, start=1))
    audit.record(session, actor.did("package.sealed", case_id=case.id, subject=package.id))
    session.flush()
    return package


def _row(package: Package, position: int, made: sealing.Made) -> PackagePart:
    part = PackagePart(
        package_id=package.id,
        position=position,
        name=made.name,
        media_type=made.media_type,
        document_id=made.document_id,
        object_id=made.stored.object_id,
        manifest=made.stored.manifest,
        size=made.stored.size,
    )
    part.sha256, part.title = made.stored.sha256, made.title
    return part


def current(session: Session, case: Case) -> Package | None:
    """The newest edition."""
    return repository.newest(session, case.id)


def editions(session: Session, case: Case) -> Sequence[Package]:
    """Every edition, the newest first."""
    return repository.editions(session, case.id)


def edition(session: Session, case: Case, number: int) -> Package:
    """One edition by its number; raises :class:`NotFound`."""
    found = next((package for package in editions(session, case) if package.edition == number), None)
    if found is None:
        raise NotFound
    return found


def parts_of(session: Session, package: Package) -> Sequence[PackagePart]:
    """The parts of an edition in their order."""
    return repository.parts(session, package.id)


def sealed_edition(session: Session, case: Case, package: Package) -> SealedEdition:
    """Everything that is needed to read the edition without this session."""
    rows: list[tuple[str, str, Package | PackagePart]] = [(MANIFEST, MANIFEST_TYPE, package)]
    rows += [(part.name, part.media_type, part) for part in parts_of(session, package)]
    return SealedEdition(
        case_id=case.id,
        reference=case.reference,
        edition=package.edition,
        sealed_at=package.sealed_at,
        parts=tuple(_stored(name, media_type, row) for name, media_type, row in rows),
    )


def _stored(name: str, media_type: str, row: Package | PackagePart) -> StoredPart:
    if row.object_id is None or row.manifest is None or row.sha256 is None:
        raise NotFound
    return StoredPart(name, media_type, row.object_id, row.manifest, row.size or 0, row.sha256)


def read_part(vault: Vault, sealed: SealedEdition, name: str) -> tuple[StoredPart, bytes]:
    """One part, whole and checked, for the small parts that the portal makes; raises :class:`NotFound`."""
    found = next((part for part in sealed.parts if part.name == name), None)
    if found is None:
        raise NotFound
    return found, _open(vault, sealed, found).read_all()


def read_parts(vault: Vault, sealed: SealedEdition) -> Iterator[tuple[StoredPart, Iterator[bytes]]]:
    """Every part with its pieces, in order.

    Before this returns the vault manifest of every part is authenticated and its digest compared with
    the sealed one, so that a package somebody tampered with fails before its first byte. Each segment is
    then authenticated against that manifest before it is released, which leaves nothing to hash again.
    """
    opened = [(part, _open(vault, sealed, part)) for part in sealed.parts]
    return ((part, reader.chunks()) for part, reader in opened)


def stream_zip(vault: Vault, sealed: SealedEdition) -> Iterator[bytes]:
    """The edition as a ZIP, in constant memory, without a database session.

    Raises before the first byte when a manifest is not the one written; a part whose bytes are not the
    ones sealed breaks the stream off before the archive could look whole.
    """
    entries = (zipstream.Entry(part.name, part.size, chunks) for part, chunks in read_parts(vault, sealed))
    return zipstream.stream(entries, at=sealed.sealed_at)


def _open(vault: Vault, sealed: SealedEdition, part: StoredPart) -> ObjectReader:
    reader = vault.open(sealed.case_id, part.object_id, part.manifest)
    if not hmac.compare_digest(reader.sha256, part.sha256):
        raise Tampered("a part of a package does not have the digest that was sealed")
    return reader


def contents_of(session: Session, case: Case) -> Contents:
    """The case as a reader of the package sees it: synopsis, answers, documents, what is missing."""
    return contents.read(session, case)


def preview(session: Session, case: Case) -> dict[str, Any]:
    """The facts of the case without identity, for somebody it is offered to."""
    found = contents.read(session, case)
    return without_identity(
        found.synopsis,
        identifying=found.typed(found.layout.identifying),
        drugs=drug_names(found.pack.drugs),
        documents=[(found.kind_of(document), document.page_count) for document in found.documents],
    )
