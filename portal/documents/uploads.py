"""One file on its way into the vault, in the order that loses nothing.

A row ``uploading`` is committed; the bytes go to the vault; then one transaction makes the row
``received`` with its manifest, audit row and job. Only after that may anybody be told that the file is
safe. No transaction is open while bytes travel.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from portal.audit import services as audit
from portal.cases.models import Case
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import Database
from portal.core.errors import Unavailable
from portal.core.ids import new_id
from portal.documents import names, repository
from portal.documents.checks import PassingFile
from portal.documents.models import Document, DocumentKind, DocumentState
from portal.documents.verdicts import Refusal, Refused
from portal.jobs import services as jobs
from portal.settings import Settings
from portal.vault.services import Vault
from portal.vault.writer import ObjectWriter, SealedObject

log = structlog.get_logger()
FindCase = Callable[[Session], Case]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file whose bytes lie in the vault and whose row still says ``uploading``."""

    document_id: str
    media_type: str
    sealed: SealedObject


class Uploads:
    """Takes files for one case.

    ``find_case`` gives the case in a session of ours, or raises when the actor may not upload to it; it
    is asked again when the files are accepted, for the case may have moved on meanwhile.
    """

    def __init__(
        self, database: Database, vault: Vault, settings: Settings, *, find_case: FindCase, actor: Actor
    ) -> None:
        self._database, self._vault, self._settings = database, vault, settings
        self._find_case, self._actor = find_case, actor

    def receive(
        self, chunks: Iterable[bytes], *, kind: DocumentKind, file_name: str, announced: int = 0
    ) -> Arrival:
        """Take one file; raises :class:`Refused`, ``Unavailable`` or what ``chunks`` raises.

        ``announced`` is the size in bytes the sender gave, 0 when unknown. After an error nothing of
        the file is left, or the sweep removes it.
        """
        name = names.clean(file_name)
        passing, document = self._begin(kind, name, announced)
        object_id = document.object_id or ""
        try:
            with self._vault.write(document.case_id, object_id) as writer:
                sealed = _pour(chunks, passing, writer)
        except BaseException:
            self._forget(document.id, object_id)
            raise
        return Arrival(document_id=document.id, media_type=passing.media_type, sealed=sealed)

    def accept(self, arrivals: Sequence[Arrival]) -> None:
        """Make files safe: all of them or none. Raises when the case may not take them any more."""
        try:
            with self._database.session(write=True) as session:
                self._settle(session, arrivals)
                session.commit()
        except BaseException:
            if not self._kept(arrivals):
                self.discard(arrivals)
                raise

    def discard(self, arrivals: Sequence[Arrival]) -> None:
        """Throw away files nobody was told are safe."""
        for arrival in arrivals:
            self._forget(arrival.document_id, arrival.sealed.object_id)

    def _begin(self, kind: DocumentKind, name: str, announced: int) -> tuple[PassingFile, Document]:
        with self._database.session(write=True) as session:
            case = self._find_case(session)
            session.refresh(case, with_for_update=True)
            files, size = repository.used(session, case.id)
            if files >= self._settings.max_case_files:
                raise Refused(Refusal.CASE_FILES)
            left = self._settings.max_case_bytes - size
            passing = PassingFile(name, max_bytes=self._settings.max_file_bytes, case_bytes=left)
            passing.check_size(announced)
            document = Document(
                case_id=case.id,
                kind=kind.value,
                state=DocumentState.UPLOADING.value,
                object_id=new_id(),
                size=announced,
                uploaded_by=self._actor.user_id,
                started_at=now(),
                created_at=now(),
            )
            document.file_name = name
            session.add(document)
            session.commit()
            return passing, document

    def _settle(self, session: Session, arrivals: Sequence[Arrival]) -> None:
        case = self._find_case(session)
        session.refresh(case, with_for_update=True)
        for arrival in arrivals:
            document = session.get(Document, arrival.document_id)
            if document is None:
                raise Refused(Refusal.CUT_OFF)
            _mark_received(document, arrival)
            act = self._actor.did("document.uploaded", case_id=case.id, subject=document.id)
            audit.record(session, act)
            jobs.enqueue(session, "documents.check", {"document": document.id}, key=document.id)
        session.flush()
        _, size = repository.used(session, case.id)
        if size > self._settings.max_case_bytes:
            raise Refused(Refusal.CASE_BYTES)

    def _kept(self, arrivals: Sequence[Arrival]) -> bool:
        """Whether a transaction that answered with an error was committed all the same."""
        with self._database.session() as session:
            found = [session.get(Document, arrival.document_id) for arrival in arrivals]
            return all(row is not None and row.state_of is not DocumentState.UPLOADING for row in found)

    def _forget(self, document_id: str, object_id: str) -> None:
        """Remove what an upload left. A row whose object may still be there stays for the sweep, and counts
        for nothing until then; so does one that the database cannot remove now.
        """
        try:
            gone = self._delete_object(document_id, object_id)
            with self._database.session(write=True) as session:
                if gone:
                    repository.delete_rows(session, document_id)
                elif row := session.get(Document, document_id):
                    row.size = 0
                session.commit()
        except Exception as error:
            log.warning("upload.left_behind", document=document_id, error=type(error).__name__)

    def _delete_object(self, document_id: str, object_id: str) -> bool:
        try:
            self._vault.delete(object_id)
        except Unavailable as error:
            log.warning("upload.left_behind", document=document_id, error=type(error).__name__)
            return False
        return True


def _pour(chunks: Iterable[bytes], passing: PassingFile, writer: ObjectWriter) -> SealedObject:
    for chunk in chunks:
        passing.feed(chunk)
        writer.write(chunk)
    passing.finish()
    return writer.finish()


def _mark_received(document: Document, arrival: Arrival) -> None:
    document.state = DocumentState.RECEIVED.value
    document.media_type = arrival.media_type
    document.object_id = arrival.sealed.object_id
    document.manifest = arrival.sealed.manifest
    document.size = arrival.sealed.size
    document.sha256 = arrival.sealed.sha256
    document.created_at = now()
