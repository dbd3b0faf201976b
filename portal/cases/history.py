"""The patient's answers, section by section, as FHIR QuestionnaireResponse items."""

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.audit import services as audit
from portal.cases import repository
from portal.cases.models import Case, HistoryAnswer
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict

Items = list[dict[str, Any]]
CHANGED = "These answers were changed in another window. Open the page again to see them."


def load(session: Session, case: Case) -> dict[str, Items]:
    """Everything told so far: section link id to its answered items, hidden ones included."""
    return {row.section: row.answers or [] for row in repository.answers(session, case.id)}


def versions(session: Session, case: Case) -> dict[str, int]:
    """The version of each section's answers, to notice that somebody else changed them."""
    return {row.section: row.version for row in repository.answers(session, case.id)}


def save(
    session: Session, case: Case, section: str, items: Items, *, actor: Actor, seen_version: int | None = None
) -> HistoryAnswer:
    """Replace the answers of one section.

    ``seen_version`` is the version the person started from; when it is no longer the current one
    the save is refused with :class:`Conflict` and nothing is overwritten. Of two saves at the same
    moment the second is refused too: it waits for the first, then finds another version than it read,
    or a row where it found none. The savepoint leaves the caller a session to show the page again with.
    """
    row = next((row for row in repository.answers(session, case.id) if row.section == section), None)
    if seen_version is not None and seen_version != (row.version if row else 0):
        raise Conflict(CHANGED)
    try:
        with session.begin_nested():
            if row is None:
                row = HistoryAnswer(case_id=case.id, section=section)
                session.add(row)
            row.answers = items
            row.changed_at = now()
            row.changed_by = actor.user_id
    except (StaleDataError, IntegrityError) as error:
        raise Conflict(CHANGED) from error
    audit.record(session, actor.did("history.saved", case_id=case.id, subject=section))
    return row
