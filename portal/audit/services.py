"""Append to the trail in the transaction of the act, and read it."""

import re
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import event as orm_event
from sqlalchemy.orm import Session, SessionTransaction

from portal.audit import anchor, repository
from portal.audit.chain import GENESIS, hash_of
from portal.audit.models import AuditRow
from portal.audit.verifier import ANCHOR_STARTED, Verdict
from portal.audit.verifier import verify as verify_rows
from portal.core.actor import Actor, AuditEvent
from portal.core.clock import now
from portal.core.db import WRITES

PAGE = 50
WAITING = "audit_waiting"
"""Key of ``session.info`` under which acts wait for the commit."""
_CODE = re.compile(r"[\w.:/#@+-]{1,128}", re.ASCII)


def record(session: Session, event: AuditEvent) -> AuditRow:
    """Note an act; its row is written when the caller's transaction commits, or not at all.

    Rows are numbered and chained as the very last statements of the transaction, so that appending
    holds the chain's lock for a moment only and can never deadlock with the locks of the act.

    :param session: a write session; a read session is a mistake in the calling view.
    :param event: ids and codes; text with spaces is refused because it could be health data.
    """
    if not session.get_bind().get_execution_options().get(WRITES):
        raise RuntimeError(
            "the audit trail needs a write session: declare the view with records_read=True "
            "or open the session with write=True"
        )
    for value in (event.action, event.subject, event.reason):
        if value is not None and not _CODE.fullmatch(value):
            raise ValueError("action, subject and reason of an audit event are codes or ids, not text")
    row = AuditRow(
        at=now(),
        actor_id=event.actor_id,
        actor_role=event.actor_role,
        action=event.action,
        case_id=event.case_id,
        subject=event.subject,
        reason=event.reason,
        origin=event.origin,
    )
    _waiting(session).append((_current_transaction(session), row))
    return row


def of_case(session: Session, case_id: str, *, limit: int = 1000) -> Sequence[AuditRow]:
    """Everything that was done on a case, newest first."""
    return repository.newest(session, case_id=case_id, limit=limit)


def page(
    session: Session,
    *,
    before: int | None = None,
    case_id: str | None = None,
    actor_id: str | None = None,
    action: str | None = None,
) -> tuple[Sequence[AuditRow], bool]:
    """One page of the trail below row ``before``, newest first, and whether older rows remain."""
    rows = repository.newest(
        session, before=before, case_id=case_id, actor_id=actor_id, action=action, limit=PAGE + 1
    )
    return rows[:PAGE], len(rows) > PAGE


def note_head(session: Session, directory: Path) -> bool:
    """Note the newest committed row in the anchor file; true when that began a new file.

    Then the caller records :func:`anchor_started`, so that a file lost later is missed.
    """
    newest = repository.last(session)
    return newest is not None and anchor.append(directory, newest.seq, newest.hash)


def anchor_started() -> AuditEvent:
    """The act of beginning an anchor file."""
    return Actor.system().did(ANCHOR_STARTED)


def verify(session: Session, directory: Path) -> Verdict:
    """Check the whole trail against itself and the anchor file."""
    anchors = anchor.read(directory)
    return verify_rows(repository.walk(session), anchors)


def _waiting(session: Session) -> list[tuple[SessionTransaction | None, AuditRow]]:
    waiting: list[tuple[SessionTransaction | None, AuditRow]] = session.info.setdefault(WAITING, [])
    return waiting


def _current_transaction(session: Session) -> SessionTransaction | None:
    if not session.in_transaction():
        session.begin()
    return session.get_nested_transaction() or session.get_transaction()


def _append_waiting(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.get(WAITING):
        return
    session.flush()
    repository.lock_end(session)
    end = repository.last(session)
    seq, prev_hash = (end.seq, end.hash) if end else (0, GENESIS)
    for _, row in session.info.pop(WAITING):
        seq += 1
        row.seq, row.prev_hash = seq, prev_hash
        prev_hash = row.hash = hash_of(row)
        session.add(row)
    session.flush()


def _forget_undone(session: Session, undone: SessionTransaction) -> None:
    kept = [(where, row) for where, row in session.info.get(WAITING, ()) if not _inside(where, undone)]
    session.info[WAITING] = kept


def _inside(where: SessionTransaction | None, outer: SessionTransaction) -> bool:
    while where is not None and where is not outer:
        where = where.parent
    return where is outer


def _forget_all(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(WAITING, None)


orm_event.listen(Session, "before_commit", _append_waiting)
orm_event.listen(Session, "after_soft_rollback", _forget_undone)
orm_event.listen(Session, "after_transaction_end", _forget_all)
