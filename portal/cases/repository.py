"""Queries of cases. Other rooms come through ``scope`` and ``services``."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.cases.models import Case, CaseGrant, CaseStatusChange, HistoryAnswer, Relation
from portal.core.clock import now

_AT: BindParameter[datetime] = bindparam("at")
# Every page of a case runs this one: built once, for building it costs more than running it.
_CASE_FOR = (
    select(Case, CaseGrant.relation)
    .outerjoin(
        CaseGrant,
        and_(
            CaseGrant.case_id == Case.id,
            CaseGrant.user_id == bindparam("user"),
            CaseGrant.starts_at <= _AT,
            or_(CaseGrant.ends_at.is_(None), CaseGrant.ends_at > _AT),
        ),
    )
    .where(Case.reference == bindparam("reference"))
)


def _current() -> Select[CaseGrant]:
    moment = now()
    return select(CaseGrant).where(
        CaseGrant.starts_at <= moment, or_(CaseGrant.ends_at.is_(None), CaseGrant.ends_at > moment)
    )


def by_reference(session: Session, reference: str) -> Case | None:
    """The case with this reference."""
    return session.scalar(select(Case).where(Case.reference == reference))


def relations(session: Session, case_id: str, user_id: str) -> frozenset[Relation]:
    """The relations that a person's current grants give to one case."""
    grants = session.scalars(_current().where(CaseGrant.case_id == case_id, CaseGrant.user_id == user_id))
    return frozenset(Relation(grant.relation) for grant in grants)


def case_for(session: Session, reference: str, user_id: str) -> tuple[Case, frozenset[Relation]] | None:
    """A case and the person's relations to it, in one query."""
    asked = {"reference": reference, "user": user_id, "at": now()}
    rows = session.execute(_CASE_FOR, asked).all()
    if not rows:
        return None
    return rows[0][0], frozenset(Relation(relation) for _, relation in rows if relation)


def granted_to(session: Session, user_id: str) -> Sequence[tuple[Case, str]]:
    """Cases a person holds a current grant to, newest first, with the relation."""
    grants = _current().where(CaseGrant.user_id == user_id).subquery()
    query = (
        select(Case, grants.c.relation)
        .join(grants, grants.c.case_id == Case.id)
        .order_by(Case.created_at.desc())
    )
    return [(case, relation) for case, relation in session.execute(query)]


def current_grants(
    session: Session, case_id: str, user_id: str | None = None, relation: Relation | None = None
) -> Sequence[CaseGrant]:
    """Current grants to a case, all or those of one person or relation."""
    query = _current().where(CaseGrant.case_id == case_id)
    if user_id is not None:
        query = query.where(CaseGrant.user_id == user_id)
    if relation is not None:
        query = query.where(CaseGrant.relation == relation.value)
    return session.scalars(query).all()


def in_statuses(session: Session, statuses: Sequence[str], limit: int | None) -> Sequence[Case]:
    """Cases in any of the statuses, the longest unmoved first."""
    query = select(Case).where(Case.status.in_(statuses)).order_by(Case.status_changed_at, Case.id)
    return session.scalars(query.limit(limit)).all()


def status_changes(session: Session, case_id: str) -> Sequence[CaseStatusChange]:
    """The steps of a case, oldest first."""
    query = select(CaseStatusChange).where(CaseStatusChange.case_id == case_id)
    return session.scalars(query.order_by(CaseStatusChange.seq)).all()


def answers(session: Session, case_id: str) -> Sequence[HistoryAnswer]:
    """What was told on a case, a row a section."""
    return session.scalars(select(HistoryAnswer).where(HistoryAnswer.case_id == case_id)).all()
