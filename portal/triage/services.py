"""Use cases of the desk: take a case on, make it ready, send it back, close it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts import services as accounts
from portal.audit import services as audit
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor
from portal.core.errors import NotFound
from portal.packages import services as packages
from portal.packages.models import Package
from portal.triage import policies, repository
from portal.triage.repository import Line, Place
from portal.vault.services import Vault


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some lines of the queue, and where the next page begins when there is one."""

    lines: Sequence[Line]
    next: Place | None


def queue(session: Session, show: str, after: Place | None = None) -> QueuePage:
    """One page of the cases that ``show`` names (a group or a status), the longest unmoved first."""
    found = repository.lines(session, policies.statuses_of(show), policies.PAGE + 1, after)
    lines = found[: policies.PAGE]
    more = len(found) > policies.PAGE
    return QueuePage(lines, Place(lines[-1].status_changed_at, lines[-1].id) if more else None)


def counts(session: Session) -> Mapping[CaseStatus, int]:
    """How many cases stand in each status."""
    return repository.counts(session)


def take(session: Session, case: Case, *, actor: Actor) -> None:
    """Start working on a case that was sent."""
    cases.change_status(session, case, CaseStatus.TRIAGE, actor=actor)


def mark_ready(session: Session, vault: Vault, case: Case, *, actor: Actor) -> Package:
    """Seal the case as it is and let it be offered."""
    sealed = packages.seal(session, vault, case, actor=actor)
    cases.change_status(session, case, CaseStatus.READY, actor=actor)
    return sealed


def send_back(session: Session, case: Case, *, actor: Actor) -> None:
    """A ready case turns out to lack something: work on it again."""
    cases.change_status(session, case, CaseStatus.TRIAGE, actor=actor)


def close(session: Session, case: Case, *, actor: Actor) -> None:
    """Nothing more will happen on a released case."""
    cases.change_status(session, case, CaseStatus.CLOSED, actor=actor)


def record_desk_read(session: Session, case: Case, *, actor: Actor) -> None:
    """Note that a coordinator saw identity, answers and messages of the case."""
    audit.record(session, actor.did("case.read", case_id=case.id, subject="desk"))


def names(session: Session, user_ids: set[str]) -> dict[str, str]:
    """Names of the people who worked on a case, for those who coordinate it."""
    found = {}
    for user_id in user_ids:
        try:
            found[user_id] = accounts.get_user(session, user_id).name or ""
        except NotFound:
            continue
    return found
