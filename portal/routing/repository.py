"""Queries of the reviewer directory, offers and assignments."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.cases.models import Case
from portal.routing.models import Assignment, Offer, OfferState, ReviewerProfile


def profile(session: Session, user_id: str) -> ReviewerProfile | None:
    """The profile of a reviewer."""
    return session.scalar(select(ReviewerProfile).where(ReviewerProfile.user_id == user_id))


def profiles(session: Session) -> dict[str, ReviewerProfile]:
    """Every profile by its reviewer's id."""
    return {row.user_id: row for row in session.scalars(select(ReviewerProfile))}


def loads(session: Session) -> dict[str, int]:
    """How many reviews each reviewer is at work on."""
    query = select(Assignment.reviewer_id, func.count()).where(Assignment.ended_at.is_(None))
    return {reviewer: count for reviewer, count in session.execute(query.group_by(Assignment.reviewer_id))}  # noqa: C416 - rows are not typed as pairs


def open_offer(session: Session, case_id: str) -> Offer | None:
    """The offer of this case that waits for its reviewer."""
    query = select(Offer).where(Offer.case_id == case_id, Offer.state == OfferState.OFFERED.value)
    return session.scalar(query.execution_options(populate_existing=True))


def offers_of_case(session: Session, case_id: str) -> Sequence[Offer]:
    """Every offer of the case, newest first."""
    query = select(Offer).where(Offer.case_id == case_id)
    return session.scalars(query.order_by(Offer.made_at.desc(), Offer.id)).all()


def offers_to(session: Session, reviewer_id: str, limit: int = 100) -> Sequence[tuple[Offer, Case]]:
    """Offers made to a reviewer with their cases, newest first."""
    query = select(Offer, Case).join(Case, Case.id == Offer.case_id).where(Offer.reviewer_id == reviewer_id)
    rows = session.execute(query.order_by(Offer.made_at.desc(), Offer.id).limit(limit))
    return [(offer, case) for offer, case in rows]


def offer_to(session: Session, offer_id: str, reviewer_id: str) -> tuple[Offer, Case] | None:
    """One offer with its case, if it was made to this reviewer."""
    query = select(Offer, Case).join(Case, Case.id == Offer.case_id)
    row = session.execute(query.where(Offer.id == offer_id, Offer.reviewer_id == reviewer_id)).first()
    return (row[0], row[1]) if row else None


def current_assignment(session: Session, case_id: str) -> Assignment | None:
    """The assignment of the case that has not ended."""
    return session.scalar(
        select(Assignment).where(Assignment.case_id == case_id, Assignment.ended_at.is_(None))
    )
