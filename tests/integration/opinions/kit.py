"""A case under review by a reviewer with a profile."""

from dataclasses import dataclass

from flask import Flask

from portal.cases import services as cases
from portal.cases.models import Case
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.packages import services as packages
from portal.packages.synopsis import Question
from portal.routing import services as routing
from portal.routing.models import ReviewerProfile
from portal.vault.services import Vault
from tests.integration.packages.kit import MARIA, Told, told_case
from tests.support.people import actor_of, make_user


@dataclass(frozen=True, slots=True)
class Review:
    """A case, its people, and the patient's numbered questions."""

    case: Case
    patient: Actor
    coordinator: Actor
    reviewer: Actor
    questions: tuple[Question, ...]

    @property
    def reference(self) -> str:
        """The case's reference."""
        return self.case.reference

    def text(self, **changes: str) -> dict[str, str]:
        """A complete opinion as the workspace posts it."""
        boxes = {f"answer_{question.key}": f"Answer {question.number}." for question in self.questions}
        return {**boxes, "summary": "In short.", "assessment": "", "limits": "", "version": "0", **changes}


def under_review(app: Flask, *, told: Told = MARIA, accepted: bool = True) -> Review:
    """A sealed case, offered to a reviewer and (unless not ``accepted``) accepted."""
    database: Database = app.extensions["database"]
    vault: Vault = app.extensions["vault"]
    with database.session(write=True) as session:
        patient = actor_of(make_user(session, Role.PATIENT, name="Maria Quintero"))
        coordinator = actor_of(make_user(session, Role.COORDINATOR))
        reviewer = actor_of(make_user(session, Role.REVIEWER, name="Dr. Ada Lindqvist"))
        session.add(
            ReviewerProfile(
                user_id=reviewer.user_id,
                institution="Lakeside University",
                subspecialty="Breast oncology",
                licensed_states=["WA"],
                languages=["en"],
                conflicts=[],
                capacity=3,
            )
        )
        case = told_case(session, vault, owner=patient, told=told)
        case.treating_institution = "Evergreen Valley Hospital"
        packages.seal(session, vault, case, actor=coordinator)
        offer = routing.offer(session, case, reviewer.user_id or "", actor=coordinator)
        if accepted:
            routing.accept(session, offer, reviewer)
        questions = packages.contents_of(session, case).synopsis.questions
        session.commit()
    return Review(case, patient, coordinator, reviewer, questions)


def end_review(app: Flask, review: Review) -> None:
    """The patient withdraws: what the reviewer could open is closed."""
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        case = session.get_one(Case, review.case.id)
        cases.withdraw(session, case, actor=review.patient)
        session.commit()
