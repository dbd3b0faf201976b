"""Use cases of opinions: save a draft, sign, release, read."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.accounts import services as accounts
from portal.audit import services as audit
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid, NotFound
from portal.notifications import services as notifications
from portal.opinions import letter, policies, repository
from portal.opinions.models import Opinion, OpinionStatus
from portal.opinions.policies import OpinionText
from portal.packages import services as packages
from portal.packages.synopsis import Question
from portal.routing import services as routing
from portal.routing.models import Assignment
from portal.vault.services import Vault

CHANGED = "This opinion was saved in another window since you opened it."
SIGNED = "This opinion is already signed. It can no longer be changed."
RELEASED = "This opinion is already released to the patient."


def own_assignment(session: Session, case: Case, actor: Actor) -> Assignment:
    """The current assignment of the case, if it is the actor's; raises :class:`NotFound`."""
    assignment = routing.assignment_of(session, case)
    if assignment is None or assignment.reviewer_id != actor.user_id:
        raise NotFound
    return assignment


def own_opinion(session: Session, case: Case, actor: Actor) -> Opinion | None:
    """What the actor has written on the case so far."""
    return repository.of_assignment(session, own_assignment(session, case, actor).id)


def written_by(session: Session, actor: Actor) -> dict[str, Opinion]:
    """The actor's opinion on each case, by case id; the latest when there were several rounds."""
    return {opinion.case_id: opinion for opinion in repository.by_author(session, actor.user_id or "")}


def text_of(opinion: Opinion | None) -> OpinionText:
    """The text as it was last saved."""
    if opinion is None:
        return OpinionText()
    return OpinionText(
        summary=opinion.summary or "",
        assessment=opinion.assessment or "",
        limits=opinion.limits or "",
        answers={each["key"]: each["answer"] for each in opinion.answers or []},
    )


def save(
    session: Session,
    case: Case,
    text: OpinionText,
    questions: Sequence[Question],
    *,
    actor: Actor,
    seen_version: int,
) -> Opinion:
    """Keep the text as a draft, complete or not.

    ``seen_version`` is the version the author started from, 0 for none. Raises :class:`Conflict` when
    somebody saved since, or when the opinion is signed; the stored text is left as it was.
    """
    assignment = own_assignment(session, case, actor)
    opinion = repository.of_assignment(session, assignment.id)
    if opinion is not None and not policies.can_write(opinion.status_of):
        raise Conflict(SIGNED)
    if seen_version != (opinion.version if opinion else 0):
        raise Conflict(CHANGED)
    if policies.too_long(text, questions):
        raise Invalid(f"Use {policies.LONGEST} characters or fewer in each box.")
    edition = packages.current(session, case)
    if opinion is None:
        opinion = Opinion(
            assignment_id=assignment.id, case_id=case.id, author_id=assignment.reviewer_id, saved_at=now()
        )
        session.add(opinion)
    opinion.package_id = edition.id if edition else None
    opinion.summary, opinion.assessment, opinion.limits = text.summary, text.assessment, text.limits
    opinion.answers = [
        {
            "key": question.key,
            "number": question.number,
            "question": question.text,
            "answer": text.answers.get(question.key, ""),
        }
        for question in questions
    ]
    opinion.saved_at = now()
    audit.record(session, actor.did("opinion.saved", case_id=case.id, subject=opinion.id))
    try:
        session.flush()
    except (IntegrityError, StaleDataError):
        raise Conflict(CHANGED) from None
    return opinion


def sign(session: Session, vault: Vault, case: Case, *, actor: Actor, link: str) -> Opinion:
    """Sign the saved draft: it is frozen, its PDF sealed, the case moves on, coordinators get a mail.

    Raises :class:`Conflict` when it is signed already or a question to the patient is open,
    :class:`Invalid` when something is unanswered. ``link`` is where a coordinator releases it.
    """
    opinion = own_opinion(session, case, actor)
    if opinion is not None and not policies.can_write(opinion.status_of):
        raise Conflict(SIGNED)
    if not policies.can_sign(case.state):
        raise Conflict("A question to the patient is still open. Sign when the answer is there.")
    contents = packages.contents_of(session, case)
    questions = contents.synopsis.questions
    if opinion is None or policies.gaps(text_of(opinion), questions):
        raise Invalid("Answer every question and write a summary before you sign.")
    moment = now()
    profile = routing.profile_of(session, opinion.author_id)
    opinion.signature = {
        "name": accounts.get_user(session, opinion.author_id).name or "",
        "institution": profile.institution if profile else "",
        "subspecialty": profile.subspecialty if profile else "",
    }
    opinion.signed_at, opinion.status = moment, OpinionStatus.SIGNED.value
    pdf = vault.put(case.id, letter.pdf_of(case.reference, contents.synopsis, opinion, at=moment))
    opinion.object_id, opinion.manifest = pdf.object_id, pdf.manifest
    opinion.size, opinion.sha256 = pdf.size, pdf.sha256
    audit.record(session, actor.did("opinion.signed", case_id=case.id, subject=opinion.id))
    cases.change_status(session, case, CaseStatus.SIGNED, actor=actor)
    for coordinator in accounts.people_with_role(session, Role.COORDINATOR):
        _mail(session, coordinator.id, "opinion_signed", case, link)
    return opinion


def signed(session: Session, case: Case) -> Opinion:
    """The opinion that waits for release, or was released; raises :class:`NotFound`."""
    found = repository.newest(session, case.id, OpinionStatus.SIGNED) or repository.newest(
        session, case.id, OpinionStatus.RELEASED
    )
    if found is None:
        raise NotFound
    return found


def released(session: Session, case: Case) -> Opinion:
    """The opinion as the patient reads it; raises :class:`NotFound` before release."""
    found = repository.newest(session, case.id, OpinionStatus.RELEASED)
    if found is None:
        raise NotFound
    return found


def release(session: Session, case: Case, *, actor: Actor, link: str) -> Opinion:
    """Let the patient read the signed opinion; they get a mail without health details.

    Raises :class:`Conflict` when it is released already. ``link`` is where the patient reads it.
    """
    opinion = signed(session, case)
    if opinion.status_of is OpinionStatus.RELEASED:
        raise Conflict(RELEASED)
    opinion.status = OpinionStatus.RELEASED.value
    opinion.released_at, opinion.released_by = now(), actor.user_id
    audit.record(session, actor.did("opinion.released", case_id=case.id, subject=opinion.id))
    cases.change_status(session, case, CaseStatus.RELEASED, actor=actor)
    _mail(session, case.patient_id, "opinion_released", case, link)
    return opinion


def read_pdf(vault: Vault, case_id: str, object_id: str, manifest: bytes) -> bytes:
    """The PDF as it was signed, checked against its digest."""
    return vault.open(case_id, object_id, manifest).read_all()


def record_read(session: Session, case: Case, act: str, opinion: Opinion | None, *, actor: Actor) -> None:
    """Note that somebody read an opinion or a case under review; commit with the answer."""
    subject = opinion.id if opinion else None
    audit.record(session, actor.did(act, case_id=case.id, subject=subject))


def _mail(session: Session, user_id: str, template: str, case: Case, link: str) -> None:
    person = accounts.get_user(session, user_id)
    if person.active and person.email:
        context = {"reference": case.reference, "link": link}
        notifications.send(session, to=person.email, template=template, context=context)
