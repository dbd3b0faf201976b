"""Who may do what to one case: reads ``access.toml``, decides by relation and status."""

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path

from portal.cases.models import Case, CaseStatus, Relation
from portal.core.actor import Actor, Role
from portal.core.errors import NotAllowed

TABLE = Path(__file__).with_name("access.toml")


class Action(StrEnum):
    """An act on one case; the table has a row for each."""

    CASE_READ = "case.read"
    HISTORY_EDIT = "history.edit"
    HISTORY_READ = "history.read"
    CASE_SEND = "case.send"
    DOCUMENT_UPLOAD = "document.upload"
    DOCUMENT_READ = "document.read"
    DOCUMENT_DELETE = "document.delete"
    INFORMATION_ASK = "information.ask"
    MESSAGE_READ = "message.read"
    MESSAGE_WRITE = "message.write"
    CASE_TAKE = "case.take"
    CASE_READY = "case.ready"
    OFFER_MAKE = "offer.make"
    OFFER_WITHDRAW = "offer.withdraw"
    OFFER_ANSWER = "offer.answer"
    PACKAGE_PREVIEW = "package.preview"
    PACKAGE_READ = "package.read"
    OPINION_WRITE = "opinion.write"
    OPINION_RELEASE = "opinion.release"
    OPINION_READ = "opinion.read"
    CASE_WITHDRAW = "case.withdraw"
    CASE_CLOSE = "case.close"


Table = dict[Action, dict[str, frozenset[CaseStatus]]]


@cache
def table() -> Table:
    """The access table: action, then relation, then the statuses in which it may happen."""
    data = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    groups = {letter: frozenset(map(CaseStatus, names)) for letter, names in data["statuses"].items()}
    return {
        Action(action): {
            relation: frozenset().union(*(groups[letter] for letter in letters.split()))
            for relation, letters in row.items()
        }
        for action, row in data["actions"].items()
    }


def relations_of(actor: Actor, granted: frozenset[Relation]) -> frozenset[str]:
    """Every relation in which the actor stands to a case: the grants held, and the coordinator's role."""
    held = {relation.value for relation in granted}
    return frozenset(held | {"coordinator"}) if actor.role is Role.COORDINATOR else frozenset(held)


def may(actor: Actor, case: Case, action: Action, granted: frozenset[Relation]) -> bool:
    """Whether the actor, holding ``granted`` relations, may do ``action`` to the case now."""
    row = table()[action]
    return any(case.state in row.get(relation, frozenset()) for relation in relations_of(actor, granted))


def check(actor: Actor, case: Case, action: Action, granted: frozenset[Relation]) -> None:
    """Raise :class:`NotAllowed`, answered as not found, unless :func:`may`."""
    if not may(actor, case, action, granted):
        raise NotAllowed
