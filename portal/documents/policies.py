"""In which state a document may be read, and how much a case may hold."""

from portal.core.actor import Actor
from portal.documents.models import Document, DocumentState

KEPT = frozenset({DocumentState.RECEIVED, DocumentState.CHECKING, DocumentState.READY, DocumentState.REFUSED})
WAITING = frozenset({DocumentState.RECEIVED, DocumentState.CHECKING})


def listed_for(document: Document, actor: Actor) -> bool:
    """Whether the document appears in this person's list.

    The patient's side sees every file and how far it has come; staff see what is ready, and what they
    uploaded themselves.
    """
    if actor.role.staff and document.uploaded_by != actor.user_id:
        return document.state_of is DocumentState.READY
    return document.state_of in KEPT


def pages_readable(document: Document) -> bool:
    """Whether rendered pages may be shown to whoever may read the case's documents."""
    return document.state_of is DocumentState.READY


def original_readable(document: Document, actor: Actor) -> bool:
    """Whether the file itself may be fetched: nothing unchecked reaches anybody but its uploader."""
    return pages_readable(document) or document.uploaded_by == actor.user_id
