"""Demo cases in several states, made by the same use cases that people use."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy.orm import Session

from portal.cases import history, scope
from portal.cases import services as cases
from portal.cases.models import Case, Relation
from portal.core.actor import Actor
from portal.core.db import Database
from portal.core.errors import NotFound
from portal.demo import people
from portal.demo.answers import demo_answers
from portal.demo.reports import make_reports
from portal.documents import services as documents
from portal.documents.models import DocumentKind
from portal.intake import services as intake
from portal.messages import services as messages
from portal.messages.models import Audience
from portal.opinions import services as opinions
from portal.opinions.policies import OpinionText
from portal.packages import services as packages
from portal.routing import services as routing
from portal.settings import Settings
from portal.triage import services as triage
from portal.vault.services import Vault

BORN = "April 12, 1968"
QUESTION = "Do you have the report of the scan from October? Please add it, or write that you do not have it."
SUMMARY = "This is a demonstration of an opinion. It says nothing about any real person."
ANSWER = "This is a demonstration of an answer."


class Stage(IntEnum):
    """How far a demo case goes."""

    DRAFT = 0
    SENT = 1
    WAITING = 2
    READY = 3
    OFFERED = 4
    IN_REVIEW = 5
    RELEASED = 6


SHOWN = {
    "patient": Stage.WAITING,
    "patient2": Stage.SENT,
    "patient3": Stage.READY,
    "patient4": Stage.IN_REVIEW,
    "patient5": Stage.RELEASED,
    "patient6": Stage.OFFERED,
    "patient7": Stage.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Loader:
    """What loading needs of the installation; ``drain`` lets the worker do what is queued."""

    database: Database
    vault: Vault
    settings: Settings
    drain: Callable[[], None]

    def tell(self, patient: Actor) -> str:
        """Open a case, agree, answer, add reports; its id."""
        with self.database.session(write=True) as session:
            case = intake.start(session, self.vault, actor=patient)
            pack = intake.pack_of(case)
            intake.give_consents(session, case, pack.consents, patient.name, actor=patient)
            for section, items in demo_answers(pack, patient.name).items():
                if items:
                    history.save(session, case, section, items, actor=patient)
            session.commit()
        for report in make_reports(patient.name, BORN):
            documents.store_document(
                self.database,
                self.vault,
                self.settings,
                case_id=case.id,
                kind=DocumentKind(report.kind),
                file_name=report.file_name,
                chunks=[report.content],
                actor=patient,
            )
        self.drain()
        return case.id

    def advance(self, case_id: str, stage: Stage, who: dict[str, Actor], patient: Actor) -> None:
        """Walk the case to its stage, one committed step after the other."""
        coordinator, reviewer = who["coordinator"], who["reviewer"]
        steps: list[tuple[Stage, Callable[[Session, Case], object]]] = [
            (
                Stage.SENT,
                lambda session, case: intake.send(session, case, actor=patient, link=self.link(case)),
            ),
            (Stage.WAITING, lambda session, case: triage.take(session, case, actor=coordinator)),
        ]
        if stage is Stage.WAITING:
            steps.append((Stage.WAITING, lambda session, case: self.ask(session, case, coordinator)))
        steps += [
            (
                Stage.READY,
                lambda session, case: triage.mark_ready(session, self.vault, case, actor=coordinator),
            ),
            (
                Stage.OFFERED,
                lambda session, case: routing.offer(
                    session, case, reviewer.user_id or "", actor=coordinator, link=self.at("/offers")
                ),
            ),
            (Stage.IN_REVIEW, lambda session, case: self.accept(session, case, reviewer)),
            (Stage.RELEASED, lambda session, case: self.write(session, case, reviewer)),
            (
                Stage.RELEASED,
                lambda session, case: opinions.sign(
                    session,
                    self.vault,
                    case,
                    actor=reviewer,
                    link=self.at(f"/triage/{case.reference}/opinion"),
                ),
            ),
            (
                Stage.RELEASED,
                lambda session, case: opinions.release(
                    session, case, actor=coordinator, link=self.link(case)
                ),
            ),
        ]
        for reached, step in steps:
            if reached <= stage:
                with self.database.session(write=True) as session:
                    step(session, _case(session, case_id))
                    session.commit()

    def link(self, case: Case) -> str:
        """The address of a case, for mails."""
        return self.at(f"/cases/{case.reference}")

    def at(self, path: str) -> str:
        """The whole address of a page, for mails."""
        return f"{self.settings.base_url}{path}"

    def ask(self, session: Session, case: Case, coordinator: Actor) -> None:
        """The coordinator asks the patient for a report."""
        messages.post(
            session,
            case,
            actor=coordinator,
            body=QUESTION,
            audience=Audience.PATIENT,
            asks=True,
            link=self.link(case),
        )

    def accept(self, session: Session, case: Case, reviewer: Actor) -> None:
        """The reviewer accepts the open offer."""
        offer = routing.open_offer(session, case)
        if offer is None:
            raise NotFound
        routing.accept(session, offer, reviewer, link=self.at(f"/triage/{case.reference}"))

    def write(self, session: Session, case: Case, reviewer: Actor) -> None:
        """The reviewer answers every question."""
        questions = packages.contents_of(session, case).synopsis.questions
        text = OpinionText(
            summary=SUMMARY,
            assessment=SUMMARY,
            limits=SUMMARY,
            answers={question.key: ANSWER for question in questions},
        )
        opinions.save(session, case, text, questions, actor=reviewer, seen_version=0)


def load(database: Database, vault: Vault, settings: Settings, *, drain: Callable[[], None]) -> Iterator[str]:
    """Load people and cases that are not there yet; a line about each case."""
    loader = Loader(database, vault, settings, drain)
    with database.session(write=True) as session:
        who = people.load(session)
        session.commit()
    for key, stage in SHOWN.items():
        patient = who[key]
        if _has_case(database, patient):
            continue
        case_id = loader.tell(patient)
        loader.advance(case_id, stage, who, patient)
        yield _line(database, case_id)
    drain()


def _has_case(database: Database, patient: Actor) -> bool:
    with database.session() as session:
        return bool(scope.for_actor(session, patient).cases(Relation.OWNER))


def _line(database: Database, case_id: str) -> str:
    with database.session() as session:
        case = _case(session, case_id)
        return f"{case.reference}\t{case.status}"


def _case(session: Session, case_id: str) -> Case:
    case = cases.by_id(session, case_id)
    if case is None:
        raise NotFound
    return case
