"""What the worker does with a file that has arrived: full parse, pages, verdict.

Pages are kept one by one in short transactions, so a worker that takes over goes on where the last one
stopped, and nobody waits for a lock while a page is drawn.
"""

from collections.abc import Iterator

import structlog

from portal.audit import services as audit
from portal.core.actor import Actor
from portal.documents import rendering, repository
from portal.documents.frames import RenderedPage
from portal.documents.models import Document, DocumentState, Page
from portal.documents.policies import WAITING
from portal.documents.services import discard_objects, open_original
from portal.documents.verdicts import Refusal, Refused
from portal.jobs.services import JobContext, LeaseLost
from portal.vault.services import Vault

log = structlog.get_logger()


def check(context: JobContext, vault: Vault, document_id: str) -> None:
    """Bring one received document to ``ready`` or ``refused``; does nothing to any other."""
    document, first = _begin(context, document_id)
    if document is None:
        return
    refusal: Refusal | None = None
    try:
        for page in _rendered(vault, document, first):
            if not _keep(context, vault, document, page):
                return
    except Refused as refused:
        refusal = refused.reason
    _finish(context, document_id, refusal)


def _begin(context: JobContext, document_id: str) -> tuple[Document | None, int]:
    """Mark the document as being checked; it and the number of the first page that is missing."""
    with context.database.session(write=True) as session:
        document = session.get(Document, document_id)
        if document is None or document.state_of not in WAITING:
            return None, 0
        document.state = DocumentState.CHECKING.value
        first = repository.last_page(session, document_id) + 1
        session.commit()
        return document, first


def _rendered(vault: Vault, document: Document, first: int) -> Iterator[RenderedPage]:
    """The pages that are missing. The whole file is read back and verified before any parser sees it."""
    reader = open_original(vault, document)
    reader.verify()
    return rendering.render(reader, document.media_type, first=first)


def _keep(context: JobContext, vault: Vault, document: Document, rendered: RenderedPage) -> bool:
    """Store one page; false when the document was removed meanwhile."""
    context.fence()
    image = vault.put(document.case_id, rendered.image)
    text = vault.put(document.case_id, rendered.text) if rendered.text else None
    with context.database.session(write=True) as session:
        locked = session.get(Document, document.id, with_for_update=True)
        if locked is None or repository.last_page(session, document.id) != rendered.number - 1:
            discard_objects(session, [stored.object_id for stored in (image, text) if stored])
            session.commit()
            if locked is None:
                return False
            raise LeaseLost
        page = Page(
            document_id=document.id,
            number=rendered.number,
            width=rendered.width,
            height=rendered.height,
            object_id=image.object_id,
            manifest=image.manifest,
            size=image.size,
            text_object_id=text.object_id if text else None,
            text_manifest=text.manifest if text else None,
            text_size=text.size if text else None,
        )
        page.sha256 = image.sha256
        session.add(page)
        session.commit()
    return True


def _finish(context: JobContext, document_id: str, refusal: Refusal | None) -> None:
    """The verdict, committed together with the end of the job."""
    session = context.session
    document = session.get(Document, document_id, with_for_update=True)
    if document is None:
        return
    if refusal is None:
        document.state = DocumentState.READY.value
        document.page_count = repository.last_page(session, document_id)
    else:
        document.state = DocumentState.REFUSED.value
        document.refusal = refusal.value
        _drop_pages(context, document_id)
    event = Actor.system().did(
        f"document.{document.state}", case_id=document.case_id, subject=document.id, reason=refusal
    )
    audit.record(session, event)
    session.flush()
    log.info("document.checked", document=document_id, status=document.state, reason=document.refusal)


def _drop_pages(context: JobContext, document_id: str) -> None:
    """A refused document shows no pages, not even those that could be drawn."""
    session = context.session
    for page in repository.pages(session, document_id):
        discard_objects(session, [name for name in (page.object_id, page.text_object_id) if name])
        session.delete(page)
