"""Reviewers, offers of a case to one of them, and the assignment that an accepted offer becomes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, HasId, IdColumn
from portal.core.sealed import SealedText


class OfferState(StrEnum):
    """Where an offer stands. Only ``offered`` is open; there is at most one open offer a case."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class ReviewerProfile(HasId, Base):
    """What a coordinator must know of a reviewer to choose.

    ``licensed_states`` holds two-letter codes; ``conflicts`` names institutions whose patients the
    reviewer does not take; ``capacity`` is how many reviews they take at the same time.
    """

    __tablename__ = "reviewer_profiles"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), unique=True)
    institution: Mapped[str] = mapped_column(String(200), default="")
    subspecialty: Mapped[str] = mapped_column(String(200), default="")
    licensed_states: Mapped[list[str]] = mapped_column(JSON, default=list)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    conflicts: Mapped[list[str]] = mapped_column(JSON, default=list)
    capacity: Mapped[int] = mapped_column(Integer, default=1)


class Offer(HasId, Base):
    """A case offered to one reviewer. The reason of a refusal may speak of the case: sealed."""

    __tablename__ = "offers"
    __table_args__ = (
        Index(
            "uq_offers_open_case",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'offered'"),
            postgresql_where=text("state = 'offered'"),
        ),
        Index("ix_offers_reviewer", "reviewer_id", "state"),
        Index("ix_offers_case", "case_id", "made_at"),
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    reviewer_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(String(16), default=OfferState.OFFERED.value)
    made_by: Mapped[str] = mapped_column(IdColumn)
    made_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    decline_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    decline_reason = SealedText("decline_reason_sealed")

    @property
    def open(self) -> bool:
        """Whether it still waits for the reviewer."""
        return self.state == OfferState.OFFERED.value


class Assignment(HasId, Base):
    """A reviewer at work on a case, from acceptance to ``ended_at``; at most one current one a case."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "uq_assignments_current_case",
            "case_id",
            unique=True,
            sqlite_where=text("ended_at is null"),
            postgresql_where=text("ended_at is null"),
        ),
        Index("ix_assignments_reviewer", "reviewer_id", "ended_at"),
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    reviewer_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    offer_id: Mapped[str] = mapped_column(ForeignKey("offers.id"), unique=True)
    accepted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
