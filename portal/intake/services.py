"""Use cases of intake: start, agree, tell, send, take back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.accounts import services as accounts
from portal.audit import services as audit
from portal.audit.models import AuditRow
from portal.cases import history, scope
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus, Relation
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.intake import repository
from portal.intake.answers import Node, Submission, entries, replaced, seen, with_entry, without_entry
from portal.intake.models import CALL_NOW, Consent
from portal.intake.repository import Standing
from portal.knowledge import loader
from portal.knowledge.facts import case_facts
from portal.knowledge.pack import ConsentText, Pack, Page
from portal.knowledge.questionnaire import Item
from portal.knowledge.told import Answers, Told
from portal.notifications import services as notifications
from portal.routing import services as routing
from portal.vault.services import Vault

LONGEST_SIGNATURE = 200
MOST_ENTRIES = 200
CHANGED = "These answers were changed in another window."


def pack_of(case: Case) -> Pack:
    """The knowledge a case is answered with; it keeps its version."""
    return loader.pack(case.pack, case.pack_version)


def start(session: Session, vault: Vault, *, actor: Actor) -> Case:
    """Open a case for a patient, or find the one they have not sent yet.

    The case key exists before the caller commits the row, so no committed case is without one. The
    patient's row is locked first: a button pressed twice opens one case.
    """
    if actor.role is not Role.PATIENT or actor.user_id is None:
        raise NotAllowed
    accounts.lock_user(session, actor.user_id)
    mine = scope.for_actor(session, actor).cases(Relation.OWNER)
    draft = next((case for case in mine if case.state is CaseStatus.DRAFT), None)
    if draft is not None:
        return draft
    pack = loader.pack()
    case = cases.create_draft(session, actor=actor, pack=pack.id, pack_version=pack.version)
    vault.create_case_key(case.id)
    return case


def standing(session: Session, case: Case) -> Standing:
    """Agreements, versions of the answers and number of files, in one query."""
    return repository.standing(session, case.id)


def consents_missing(case: Case, found: Standing) -> list[ConsentText]:
    """The required texts, in their present version, that were not agreed to yet."""
    required = (text for text in pack_of(case).consents if text.required)
    return [text for text in required if (text.key, text.version) not in found.consents]


def give_consents(
    session: Session, case: Case, texts: Sequence[ConsentText], signature: str, *, actor: Actor
) -> None:
    """Keep the agreement to each text with the typed name and the time."""
    name = signature.strip()
    if not name:
        raise Invalid("Type your full name to sign", "signature")
    if len(name) > LONGEST_SIGNATURE:
        raise Invalid(f"Your name must be {LONGEST_SIGNATURE} characters or less", "signature")
    for text in texts:
        _keep(session, case, text.key, text.version, actor=actor, name=name)
        audit.record(
            session, actor.did("consent.given", case_id=case.id, subject=f"{text.key}.{text.version}")
        )
    session.flush()


def confirm_call_now(session: Session, case: Case, *, actor: Actor) -> None:
    """Keep that the person saw who to call now."""
    _keep(session, case, CALL_NOW, case.pack_version, actor=actor)
    audit.record(session, actor.did("urgent.seen", case_id=case.id))
    session.flush()


def note_read(session: Session, case: Case, section: str, *, actor: Actor) -> None:
    """Note in the trail that answers were shown."""
    audit.record(session, actor.did("history.read", case_id=case.id, subject=section))


def trail(
    session: Session, case: Case, *, actor: Actor, before: int | None
) -> tuple[Sequence[AuditRow], bool]:
    """One page of what was done on the case below row ``before``, newest first, and whether there is more.

    Looking is an act too, noted after the rows are read.
    """
    rows, more = audit.page(session, case_id=case.id, before=before)
    audit.record(session, actor.did("trail.read", case_id=case.id))
    return rows, more


def _keep(
    session: Session, case: Case, key: str, version: str, *, actor: Actor, name: str | None = None
) -> None:
    row = Consent(case_id=case.id, user_id=actor.user_id, key=key, version=version, given_at=now())
    if name is not None:
        row.signature = name
    session.add(row)


def save_page(session: Session, case: Case, page: Page, submission: Submission, *, actor: Actor) -> None:
    """Keep the answers of a page; refuses when they changed since they were shown."""
    held = _held(session, case, page)
    _refuse_changed(held.nodes, submission.asked, submission.seen)
    _store(session, case, held, replaced(held.section, held.nodes, submission.given), actor)


def save_entry(
    session: Session, case: Case, page: Page, number: int, submission: Submission, *, actor: Actor
) -> None:
    """The same for one entry of a repeating group; the number after the last one adds an entry."""
    held, group = _held(session, case, page), _group(page)
    known = entries(held.nodes, group)
    if number > len(known) or len(known) >= MOST_ENTRIES:
        raise Conflict(CHANGED if number > len(known) else f"There are {MOST_ENTRIES} entries already.")
    before = known[number]["item"] if number < len(known) else ()
    _refuse_changed(before, submission.asked, submission.seen)
    changed = with_entry(held.section, held.nodes, group, number, submission.given)
    _store(session, case, held, changed, actor)


def remove_entry(
    session: Session, case: Case, page: Page, number: int, *, seen_before: str, actor: Actor
) -> None:
    """Take one entry of a repeating group out, if it still is the one that was shown."""
    held, group = _held(session, case, page), _group(page)
    known = entries(held.nodes, group)
    if number >= len(known):
        raise Conflict(CHANGED)
    _refuse_changed(known[number]["item"], [item.link_id for item in group.items], seen_before)
    _store(session, case, held, without_entry(held.section, held.nodes, group, number), actor)


@dataclass(frozen=True, slots=True)
class _Held:
    section: Item
    nodes: list[Node]
    version: int


def _held(session: Session, case: Case, page: Page) -> _Held:
    section = pack_of(case).questionnaire.by_id[page.section]
    nodes = history.load(session, case).get(page.section, [])
    return _Held(section, nodes, history.versions(session, case).get(page.section, 0))


def _group(page: Page) -> Item:
    if page.group is None:
        raise NotFound
    return page.group


def _refuse_changed(nodes: Sequence[Node], link_ids: Sequence[str], seen_before: str) -> None:
    if seen(nodes, link_ids) != seen_before:
        raise Conflict(CHANGED)


def _store(session: Session, case: Case, held: _Held, after: list[Node], actor: Actor) -> None:
    if after == held.nodes:
        return
    history.save(session, case, held.section.link_id, after, actor=actor, seen_version=held.version)
    if case.state is not CaseStatus.DRAFT:
        _keep_facts(session, case)


def _keep_facts(session: Session, case: Case) -> None:
    facts = case_facts(pack_of(case), history.load(session, case))
    case.patient_state = facts.place
    case.treating_institution = facts.institution


def send(session: Session, case: Case, *, actor: Actor, link: str) -> None:
    """Send the case to the coordinators; refuses while something required is missing.

    ``link`` is the absolute address of the case for the mail.
    """
    pack = pack_of(case)
    answers = history.load(session, case)
    if Told(pack.questionnaire, answers).missing() or not agreed(pack, answers):
        raise Invalid("Some answers are still missing")
    _keep_facts(session, case)
    cases.change_status(session, case, CaseStatus.SUBMITTED, actor=actor)
    context = {"reference": case.reference, "link": link, "name": actor.name}
    notifications.send(session, to=actor.email, template="case_sent", context=context)


def agreed(pack: Pack, answers: Answers) -> bool:
    """Whether the answers that sending needs were given."""
    told = Told(pack.questionnaire, answers)
    return all(
        any(answer.get("valueCoding", {}).get("code") == code for answer in told.answers_to(link_id))
        for link_id, code in pack.sending_needed.items()
    )


def withdraw(session: Session, case: Case, *, actor: Actor, link: str) -> None:
    """Take the case back; offers and assignments end with it.

    ``link`` is the absolute address of a reviewer's offers for the mail.
    """
    routing.stop(session, case, actor=actor, link=link)
    cases.withdraw(session, case, actor=actor)
