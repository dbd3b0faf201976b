"""The blueprint, and how every page of triage reaches its case."""

from flask import Blueprint, url_for

from portal.cases import scope
from portal.cases.models import Case
from portal.cases.permissions import Action
from portal.cases.scope import ScopedCase
from portal.core.errors import Conflict
from portal.core.web import current_actor, db, settings
from portal.triage import presenters

blueprint = Blueprint("triage", __name__)


def reach(reference: str) -> ScopedCase:
    """The case as this coordinator reaches it."""
    return scope.for_actor(db(), current_actor()).reach(reference)


def step(scoped: ScopedCase, action: Action) -> Case:
    """The case, if ``action`` fits where it stands now.

    Whoever coordinates sees the case anyway, so a colleague who was faster is a conflict to be told
    about, not a record to be hidden.
    """
    if not scoped.may(action):
        words = presenters.status_words(scoped.case.state).name
        raise Conflict(f"This case is now “{words}”. Somebody may have been faster. Open it again.")
    return scoped.check(action)


def absolute(endpoint: str, reference: str | None = None) -> str:
    """The address of a page for a mail."""
    return settings().base_url.rstrip("/") + url_for(endpoint, reference=reference)
