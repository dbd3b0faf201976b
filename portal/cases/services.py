"""Use cases of the case itself: open, move on, grant and end access."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit import services as audit
from portal.cases import policies, repository
from portal.cases.models import Case, CaseGrant, CaseStatus, CaseStatusChange, Relation
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid
from portal.core.ids import new_reference


def create_draft(session: Session, *, actor: Actor, pack: str, pack_version: str) -> Case:
    """Open a draft for the patient who acts and give them the owner's access.

    The caller creates the case key in the vault before the case is committed.
    """
    if actor.user_id is None:
        raise Invalid("A case belongs to a patient.")
    moment = now()
    case = Case(
        reference=new_reference(),
        status=CaseStatus.DRAFT.value,
        patient_id=actor.user_id,
        pack=pack,
        pack_version=pack_version,
        created_at=moment,
        status_changed_at=moment,
    )
    session.add(case)
    session.flush()
    _note_change(session, case, None, actor)
    grant(session, case, actor.user_id, Relation.OWNER, actor=actor)
    audit.record(session, actor.did("case.created", case_id=case.id))
    return case


def change_status(
    session: Session, case: Case, to: CaseStatus, *, actor: Actor, reason: str | None = None
) -> CaseStatusChange:
    """Move the case to ``to``; raises :class:`Conflict` when its status does not lead there.

    Two people moving one case at once: the second is refused at flush by the row's version.
    """
    before = case.state
    if not policies.can_change(before, to):
        raise Conflict(
            f"This case is now “{before.value.replace('_', ' ')}”. Open it again to see what changed."
        )
    case.status = to.value
    case.status_changed_at = now()
    if to is CaseStatus.SUBMITTED:
        case.submitted_at = case.status_changed_at
    change = _note_change(session, case, before, actor)
    audit.record(session, actor.did(f"case.{to.value}", case_id=case.id, reason=reason))
    session.flush()
    return change


def _note_change(session: Session, case: Case, before: CaseStatus | None, actor: Actor) -> CaseStatusChange:
    change = CaseStatusChange(
        case_id=case.id,
        from_status=before.value if before else None,
        to_status=case.status,
        actor_id=actor.user_id,
        at=now(),
    )
    session.add(change)
    return change


def grant(session: Session, case: Case, user_id: str, relation: Relation, *, actor: Actor) -> CaseGrant:
    """Give a person a relation to the case from now on; a current one is kept as it is."""
    held = repository.current_grants(session, case.id, user_id, relation)
    if held:
        return held[0]
    row = CaseGrant(case_id=case.id, user_id=user_id, relation=relation.value, starts_at=now())
    session.add(row)
    audit.record(
        session, actor.did("access.granted", case_id=case.id, subject=user_id, reason=relation.value)
    )
    return row


def end_grants(
    session: Session,
    case: Case,
    *,
    actor: Actor,
    user_id: str | None = None,
    relation: Relation | None = None,
) -> None:
    """End current access to the case: everybody's, one person's, or one relation's."""
    for row in repository.current_grants(session, case.id, user_id, relation):
        row.ends_at = now()
        audit.record(
            session, actor.did("access.ended", case_id=case.id, subject=row.user_id, reason=row.relation)
        )
    session.flush()


def withdraw(session: Session, case: Case, *, actor: Actor) -> None:
    """The patient takes the case back; every reviewer's access ends at once."""
    change_status(session, case, CaseStatus.WITHDRAWN, actor=actor)
    for relation in (Relation.OFFERED, Relation.ASSIGNED):
        end_grants(session, case, actor=actor, relation=relation)


def queue(session: Session, statuses: Sequence[CaseStatus], *, limit: int | None = 200) -> Sequence[Case]:
    """Cases in these statuses, the longest unmoved first; for the coordinator's queue."""
    return repository.in_statuses(session, [status.value for status in statuses], limit)


def count_by_status(session: Session) -> dict[CaseStatus, int]:
    """How many cases stand in each status."""
    rows = session.execute(select(Case.status, func.count()).group_by(Case.status))
    return {CaseStatus(status): count for status, count in rows}


def by_id(session: Session, case_id: str) -> Case | None:
    """A case by its id; for jobs and commands, which act as the system."""
    return session.get(Case, case_id)


def by_reference(session: Session, reference: str) -> Case | None:
    """A case by its reference; for commands, which act as the system."""
    return repository.by_reference(session, reference)


def steps(session: Session, case: Case) -> Sequence[CaseStatusChange]:
    """Every status the case went through, oldest first."""
    return repository.status_changes(session, case.id)
