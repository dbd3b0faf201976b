"""Use cases of routing: the directory, offers, assignments."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts import services as accounts
from portal.accounts.models import User
from portal.audit import services as audit
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus, Relation
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.notifications import services as notifications
from portal.routing import policies, repository
from portal.routing.models import Assignment, Offer, OfferState, ReviewerProfile
from portal.routing.states import states_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A reviewer as a choice for one case.

    ``why_not`` says in words why they cannot be chosen; ``licensed_here`` is whether they hold a
    licence of the patient's state; ``at_work`` counts their current reviews; ``declined`` is whether
    they declined this case before.
    """

    user: User
    profile: ReviewerProfile | None
    why_not: str | None
    licensed_here: bool
    at_work: int
    declined: bool

    @property
    def allowed(self) -> bool:
        """Whether the case can be offered to them."""
        return self.why_not is None


def profile_of(session: Session, user_id: str) -> ReviewerProfile | None:
    """What is known of a reviewer, or ``None`` before they or an administrator wrote it."""
    return repository.profile(session, user_id)


def save_profile(
    session: Session,
    user_id: str,
    *,
    actor: Actor,
    institution: str,
    subspecialty: str,
    licensed_states: Sequence[str],
    languages: Sequence[str],
    conflicts: Sequence[str] = (),
    capacity: int = 1,
) -> ReviewerProfile:
    """Write a reviewer's profile; ``licensed_states`` are two-letter codes."""
    profile = repository.profile(session, user_id)
    if profile is None:
        profile = ReviewerProfile(user_id=user_id)
        session.add(profile)
    profile.institution = institution.strip()
    profile.subspecialty = subspecialty.strip()
    profile.licensed_states = sorted(licensed_states)
    profile.languages = list(languages)
    profile.conflicts = list(conflicts)
    profile.capacity = capacity
    audit.record(session, actor.did("reviewer.profile_saved", subject=user_id))
    session.flush()
    return profile


def reviewers_for(session: Session, case: Case) -> list[Candidate]:
    """Every active reviewer as a choice for the case: those who can be chosen first, licensed ones on top."""
    profiles, loads = repository.profiles(session), repository.loads(session)
    offers = repository.offers_of_case(session, case.id)
    declined = {offer.reviewer_id for offer in offers if offer.state == OfferState.DECLINED.value}
    states = states_in(case.patient_state)
    found = []
    for user in accounts.people_with_role(session, Role.REVIEWER):
        profile = profiles.get(user.id)
        obstacle = policies.obstacle(profile, case.treating_institution)
        found.append(
            Candidate(
                user=user,
                profile=profile,
                why_not=policies.WORDS[obstacle] if obstacle else None,
                licensed_here=bool(profile and states.intersection(profile.licensed_states)),
                at_work=loads.get(user.id, 0),
                declined=user.id in declined,
            )
        )
    return sorted(found, key=lambda one: (not one.allowed, not one.licensed_here, one.at_work, one.user.id))


def offer(session: Session, case: Case, reviewer_id: str, *, actor: Actor, link: str = "") -> Offer:
    """Offer the case to a reviewer.

    ``link`` is the absolute address of the reviewer's offers, for the mail. Raises :class:`Conflict`,
    naming who was first, when the case is on offer or under review already, and :class:`Invalid` when
    the reviewer may not have it. The case row is locked first: of two coordinators exactly one wins.
    """
    if actor.user_id is None:
        raise NotAllowed
    session.refresh(case, with_for_update=True)
    refuse_second(session, case)
    if reviewer_id not in {user.id for user in accounts.people_with_role(session, Role.REVIEWER)}:
        raise Invalid("Choose a reviewer from the list", "reviewer_id")
    obstacle = policies.obstacle(repository.profile(session, reviewer_id), case.treating_institution)
    if obstacle is not None:
        raise Invalid(policies.WORDS[obstacle], "reviewer_id")
    made = Offer(
        case_id=case.id,
        reviewer_id=reviewer_id,
        state=OfferState.OFFERED.value,
        made_by=actor.user_id,
        made_at=now(),
    )
    session.add(made)
    cases.change_status(session, case, CaseStatus.OFFERED, actor=actor)
    cases.grant(session, case, reviewer_id, Relation.OFFERED, actor=actor)
    audit.record(session, actor.did("offer.made", case_id=case.id, subject=made.id))
    session.flush()
    _mail(session, reviewer_id, "offer_made", case, link or f"/offers/{made.id}")
    return made


def refuse_second(session: Session, case: Case) -> None:
    """Raise :class:`Conflict`, saying who was first, when the case has an open offer or a reviewer."""
    standing = repository.open_offer(session, case.id)
    if standing is not None:
        by, to = _name(session, standing.made_by), _name(session, standing.reviewer_id)
        raise Conflict(f"{by} has already offered this case to {to}. Nothing was changed by you.")
    assignment = repository.current_assignment(session, case.id)
    if assignment is not None:
        raise Conflict(f"{_name(session, assignment.reviewer_id)} is already reviewing this case.")


def accept(session: Session, offer: Offer, actor: Actor, *, link: str = "") -> Assignment:
    """The reviewer takes the case: the offer becomes an assignment and the package opens to them.

    What could have changed since the offer was made is checked again. ``link`` is the absolute address
    of the case's desk, for the coordinator's mail.
    """
    case = _answerable(session, offer, actor)
    obstacle = policies.obstacle(repository.profile(session, offer.reviewer_id), case.treating_institution)
    if obstacle is not None:
        raise Conflict("You work at, or declared a conflict with, the hospital that treats this patient.")
    offer.state, offer.answered_at = OfferState.ACCEPTED.value, now()
    assignment = Assignment(
        case_id=case.id, reviewer_id=offer.reviewer_id, offer_id=offer.id, accepted_at=offer.answered_at
    )
    session.add(assignment)
    cases.end_grants(session, case, actor=actor, relation=Relation.OFFERED)
    cases.grant(session, case, offer.reviewer_id, Relation.ASSIGNED, actor=actor)
    cases.change_status(session, case, CaseStatus.IN_REVIEW, actor=actor)
    audit.record(session, actor.did("offer.accepted", case_id=case.id, subject=offer.id))
    session.flush()
    _mail(session, offer.made_by, "offer_answered", case, link or f"/triage/{case.reference}")
    return assignment


def decline(session: Session, offer: Offer, actor: Actor, reason: str, *, link: str = "") -> None:
    """The reviewer does not take the case and says why; the case goes back to ready."""
    text = reason.strip()
    if not text:
        raise Invalid("Write why you decline", "reason")
    if len(text) > policies.REASON_LIMIT:
        raise Invalid(f"The reason must be {policies.REASON_LIMIT:,} characters or less", "reason")
    case = _answerable(session, offer, actor)
    offer.decline_reason = text
    _close(session, case, offer, OfferState.DECLINED, actor)
    _mail(session, offer.made_by, "offer_answered", case, link or f"/triage/{case.reference}")


def withdraw(session: Session, offer: Offer, *, actor: Actor) -> None:
    """A coordinator takes the offer back; the case is ready for another reviewer."""
    case = _locked(session, offer)
    if not offer.open:
        name = _name(session, offer.reviewer_id)
        raise Conflict(f"This offer to {name} is now “{offer.state}”, so it cannot be withdrawn.")
    _close(session, case, offer, OfferState.WITHDRAWN, actor)


def stop(session: Session, case: Case, *, actor: Actor, link: str = "") -> None:
    """The case left the review for good (withdrawn by its patient): close what is open, end access.

    ``link`` is the absolute address of the reviewer's offers, for the mail.
    """
    standing, assignment = open_offer(session, case), assignment_of(session, case)
    if standing is not None:
        standing.state, standing.answered_at = OfferState.WITHDRAWN.value, now()
        cases.end_grants(session, case, actor=actor, relation=Relation.OFFERED)
        audit.record(session, actor.did("offer.withdrawn", case_id=case.id, subject=standing.id))
        _mail(session, standing.reviewer_id, "case_withdrawn", case, link or "/offers")
    if assignment is not None:
        end_assignment(session, assignment, actor=actor)
        _mail(session, assignment.reviewer_id, "case_withdrawn", case, link or "/offers")


def end_assignment(session: Session, assignment: Assignment, *, actor: Actor) -> None:
    """The reviewer's work on the case is over; their access ends at once."""
    case = session.get_one(Case, assignment.case_id)
    assignment.ended_at = now()
    cases.end_grants(session, case, actor=actor, user_id=assignment.reviewer_id, relation=Relation.ASSIGNED)
    audit.record(session, actor.did("assignment.ended", case_id=case.id, subject=assignment.id))
    session.flush()


def open_offer(session: Session, case: Case) -> Offer | None:
    """The offer of the case that waits for its reviewer."""
    return repository.open_offer(session, case.id)


def offers_of(session: Session, case: Case) -> Sequence[Offer]:
    """Every offer of the case, newest first."""
    return repository.offers_of_case(session, case.id)


def offers_to(session: Session, actor: Actor) -> Sequence[tuple[Offer, Case]]:
    """Offers made to the reviewer who acts, with their cases, newest first."""
    return repository.offers_to(session, actor.user_id or "")


def offer_to(session: Session, offer_id: str, actor: Actor) -> tuple[Offer, Case]:
    """One offer made to the reviewer who acts, and its case; unknown and foreign ones are not found alike."""
    found = repository.offer_to(session, offer_id, actor.user_id or "")
    if found is None:
        raise NotFound
    return found


def assignment_of(session: Session, case: Case) -> Assignment | None:
    """The current assignment of the case."""
    return repository.current_assignment(session, case.id)


def _answerable(session: Session, offer: Offer, actor: Actor) -> Case:
    if offer.reviewer_id != actor.user_id:
        raise NotFound
    case = _locked(session, offer)
    if not offer.open:
        raise Conflict(policies.CLOSED_WORDS[OfferState(offer.state)])
    if case.state is not CaseStatus.OFFERED:
        raise Conflict("This case is no longer on offer.")
    return case


def _locked(session: Session, offer: Offer) -> Case:
    case = session.get_one(Case, offer.case_id, with_for_update=True, populate_existing=True)
    session.refresh(offer)
    return case


def _close(session: Session, case: Case, offer: Offer, state: OfferState, actor: Actor) -> None:
    offer.state, offer.answered_at = state.value, now()
    cases.end_grants(session, case, actor=actor, relation=Relation.OFFERED)
    cases.change_status(session, case, CaseStatus.READY, actor=actor)
    audit.record(session, actor.did(f"offer.{state.value}", case_id=case.id, subject=offer.id))
    session.flush()


def _name(session: Session, user_id: str) -> str:
    return accounts.get_user(session, user_id).name or "Somebody"


def _mail(session: Session, user_id: str, template: str, case: Case, link: str) -> None:
    person = accounts.get_user(session, user_id)
    if person.active and person.email:
        context = {"reference": case.reference, "link": link}
        notifications.send(session, to=person.email, template=template, context=context)
