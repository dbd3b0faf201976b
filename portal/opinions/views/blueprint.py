"""What the pages of opinions share: their blueprint and the way to a case."""

from flask import Blueprint, url_for
from flask_babel import gettext as _

from portal.cases import scope
from portal.cases.models import Case
from portal.cases.permissions import Action
from portal.cases.scope import ScopedCase
from portal.core.errors import Conflict
from portal.core.web import current_actor, db, settings
from portal.opinions import policies, services
from portal.opinions.models import Opinion

blueprint = Blueprint("opinions", __name__)
Page = tuple[str, int]


def reach(reference: str) -> ScopedCase:
    """The case as the signed-in person reaches it."""
    return scope.for_actor(db(), current_actor()).reach(reference)


def writable(reference: str) -> tuple[Case, Opinion | None]:
    """The case under the reviewer's pen. One already signed says so; any other is not found."""
    scoped = reach(reference)
    case = scoped.check(Action.OPINION_READ)
    opinion = services.own_opinion(db(), case, current_actor())
    if opinion is not None and not policies.can_write(opinion.status_of):
        raise Conflict(_("This opinion is already signed. It can no longer be changed."))
    return scoped.check(Action.OPINION_WRITE), opinion


def absolute(endpoint: str, case: Case) -> str:
    """The address of a page of the case, for a mail."""
    return settings().base_url.rstrip("/") + url_for(endpoint, reference=case.reference)
