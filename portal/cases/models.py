"""The case, its status history, who may reach it, and the answers told on it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, BigSerial, HasId, IdColumn
from portal.core.sealed import SealedJson, SealedText


class CaseStatus(StrEnum):
    """Where a case stands; who may move it on is in ``policies``."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    TRIAGE = "triage"
    WAITING_FOR_PATIENT = "waiting_for_patient"
    READY = "ready"
    OFFERED = "offered"
    IN_REVIEW = "in_review"
    WAITING_FOR_ANSWER = "waiting_for_answer"
    SIGNED = "signed"
    RELEASED = "released"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Relation(StrEnum):
    """How a person stands to one case."""

    OWNER = "owner"
    CAREGIVER = "caregiver"
    OFFERED = "offered"
    ASSIGNED = "assigned"


class Case(HasId, Base):
    """One person's request for an opinion.

    ``version`` rises with every change and is what two people editing at once are compared by.
    """

    __tablename__ = "cases"
    __table_args__ = (Index("ix_cases_queue", "status", "status_changed_at", "id"),)

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    status: Mapped[str] = mapped_column(String(24))
    patient_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    pack: Mapped[str] = mapped_column(String(64))
    pack_version: Mapped[str] = mapped_column(String(16))
    patient_state_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    patient_state = SealedText("patient_state_sealed")
    treating_institution_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    treating_institution = SealedText("treating_institution_sealed")
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    status_changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer, default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def state(self) -> CaseStatus:
        """The status as the tables know it."""
        return CaseStatus(self.status)


class CaseStatusChange(Base):
    """One step of a case from one status to the next; never changed afterwards."""

    __tablename__ = "case_status_changes"

    seq: Mapped[int] = mapped_column(BigSerial, primary_key=True, autoincrement=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    from_status: Mapped[str | None] = mapped_column(String(24))
    to_status: Mapped[str] = mapped_column(String(24))
    actor_id: Mapped[str | None] = mapped_column(IdColumn)
    at: Mapped[datetime]


class CaseGrant(HasId, Base):
    """A person's dated way to one case; ended, never deleted."""

    __tablename__ = "case_grants"
    __table_args__ = (Index("ix_case_grants_user", "user_id", "ends_at"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    relation: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class HistoryAnswer(HasId, Base):
    """The answers to one section of the questionnaire, as told so far.

    ``answers`` holds FHIR QuestionnaireResponse items of that section, hidden ones included;
    ``version`` rises with every change, as that of a case does.
    """

    __tablename__ = "history_answers"
    __table_args__ = (UniqueConstraint("case_id", "section"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    section: Mapped[str] = mapped_column(String(64))
    answers_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answers = SealedJson("answers_sealed")
    version: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str | None] = mapped_column(IdColumn)

    __mapper_args__ = {"version_id_col": version}
