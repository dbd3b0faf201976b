"""Use cases of documents that are there: list, read, fetch, remove, and storing one from code."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from portal.audit import services as audit
from portal.cases import services as cases
from portal.cases.models import Case
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Database
from portal.core.errors import NotFound
from portal.documents import policies, repository
from portal.documents.models import Document, DocumentKind, DocumentState, Page
from portal.documents.text import PageText
from portal.documents.uploads import Uploads
from portal.jobs import services as jobs
from portal.settings import Settings
from portal.vault.reader import ObjectReader
from portal.vault.services import Vault

ABANDONED_AFTER = timedelta(hours=24)
_OBJECTS_A_JOB = 100


def documents_of(session: Session, case: Case) -> Sequence[Document]:
    """Every file of the case that arrived whole, oldest first, whatever its checks said."""
    return repository.documents(session, case.id)


def ready_documents_of(session: Session, case: Case) -> Sequence[Document]:
    """The files of the case that passed their checks and have pages, oldest first."""
    return [document for document in documents_of(session, case) if policies.pages_readable(document)]


def find(session: Session, case: Case, document_id: str, *, actor: Actor) -> Document:
    """One file of the case as this person may see it; raises :class:`NotFound`."""
    document = repository.document(session, case.id, document_id)
    if document is None or not policies.listed_for(document, actor):
        raise NotFound
    return document


def pages_of(session: Session, document: Document) -> Sequence[Page]:
    """The rendered pages in order; none until the document is ready."""
    return repository.pages(session, document.id) if policies.pages_readable(document) else ()


def find_page(session: Session, document: Document, number: int) -> Page:
    """One rendered page; raises :class:`NotFound` also while the document is being checked."""
    readable = policies.pages_readable(document) and 0 < number <= document.page_count
    page = repository.page(session, document.id, number) if readable else None
    if page is None:
        raise NotFound
    return page


def read_page_image(vault: Vault, document: Document, page: Page) -> bytes:
    """The page as a JPEG without metadata. The caller records who looked."""
    return _reader(vault, document.case_id, page.object_id, page.manifest).read_all()


def page_text(vault: Vault, document: Document, page: Page) -> PageText:
    """The text layer of the page; empty for a scan or a photo."""
    if page.text_object_id is None:
        return PageText()
    reader = _reader(vault, document.case_id, page.text_object_id, page.text_manifest)
    return PageText.from_bytes(reader.read_all())


def open_original(vault: Vault, document: Document) -> ObjectReader:
    """The uploaded file as it came. The caller records who fetched it."""
    return _reader(vault, document.case_id, document.object_id, document.manifest)


def _reader(vault: Vault, case_id: str, object_id: str | None, manifest: bytes | None) -> ObjectReader:
    if object_id is None or manifest is None:
        raise NotFound
    return vault.open(case_id, object_id, manifest)


def record_read(session: Session, document: Document, act: str, *, actor: Actor, page: int = 0) -> None:
    """Note that somebody saw a page or fetched a file; commit with the answer."""
    subject = f"{document.id}/{page}" if page else document.id
    audit.record(session, actor.did(act, case_id=document.case_id, subject=subject))


def remove(session: Session, document: Document, *, actor: Actor) -> None:
    """Remove a file and its pages; their objects follow in jobs, after the rows are gone.

    The row is locked first: a worker that is keeping a page of it comes before or after, not in between.
    """
    if session.get(Document, document.id, with_for_update=True, populate_existing=True) is None:
        raise NotFound
    pages = repository.pages(session, document.id)
    objects = [document.object_id, *(p.object_id for p in pages), *(p.text_object_id for p in pages)]
    discard_objects(session, [object_id for object_id in objects if object_id])
    audit.record(session, actor.did("document.removed", case_id=document.case_id, subject=document.id))
    repository.delete_rows(session, document.id)
    session.flush()


def discard_objects(session: Session, objects: Sequence[str]) -> None:
    """Have stored objects deleted once the transaction that made them ownerless is committed."""
    for start in range(0, len(objects), _OBJECTS_A_JOB):
        batch = ",".join(objects[start : start + _OBJECTS_A_JOB])
        jobs.enqueue(session, "documents.discard", {"objects": batch})


def sweep(session: Session) -> int:
    """Forget uploads that began more than a day ago and never arrived; how many there were."""
    rows = repository.abandoned(session, now() - ABANDONED_AFTER)
    discard_objects(session, [row.object_id for row in rows if row.object_id])
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def store_document(
    database: Database,
    vault: Vault,
    settings: Settings,
    *,
    case_id: str,
    kind: DocumentKind,
    file_name: str,
    chunks: Iterable[bytes],
    actor: Actor,
) -> str:
    """Store a file from code, as an upload would, in transactions of its own; its id.

    Raises :class:`portal.documents.verdicts.Refused` for a file that cannot be used.
    """

    def find_case(session: Session) -> Case:
        case = cases.by_id(session, case_id)
        if case is None:
            raise NotFound
        return case

    uploads = Uploads(database, vault, settings, find_case=find_case, actor=actor)
    arrival = uploads.receive(chunks, kind=kind, file_name=file_name)
    uploads.accept([arrival])
    return arrival.document_id


def state_counts(documents: Sequence[Document]) -> dict[DocumentState, int]:
    """How many files stand in each state; for task lists and queues."""
    counts = dict.fromkeys(policies.KEPT, 0)
    for document in documents:
        counts[document.state_of] += 1
    return counts
