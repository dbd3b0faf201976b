"""Use cases of messages: write, ask, answer, read."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.accounts import services as accounts
from portal.audit import services as audit
from portal.cases import services as cases
from portal.cases.models import Case
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.messages import policies, repository
from portal.messages.models import Audience, Message
from portal.notifications import services as notifications


def post(
    session: Session,
    case: Case,
    *,
    actor: Actor,
    body: str,
    audience: Audience,
    asks: bool = False,
    answers: str | None = None,
    link: str = "",
) -> Message:
    """Write a message.

    ``asks`` makes it a request: the case waits and the patient gets a mail that names no health
    matter. ``answers`` is the id of the request this message meets; with the last open one the case
    goes on. ``link`` is the absolute address of the conversation, for the mail. The case row is
    locked first, so two answers at once are counted one after the other.
    """
    if not policies.takes_part(actor.role, audience) or actor.user_id is None:
        raise NotAllowed
    text = _checked(body)
    session.refresh(case, with_for_update=True)
    request = _request(session, case, audience, answers, actor) if answers else None
    if asks and not policies.can_ask(actor.role, audience, case.state):
        raise Conflict("The case has moved on, so nothing can be asked now. Open it again.")
    message = Message(
        case_id=case.id,
        audience=audience.value,
        author_id=actor.user_id,
        author_role=actor.role.value,
        asks=asks,
        created_at=now(),
    )
    message.body = text
    session.add(message)
    session.flush()
    act = "information.asked" if asks else "information.answered" if request else "message.written"
    audit.record(session, actor.did(act, case_id=case.id, subject=message.id))
    if request is not None:
        request.answered_by_id = message.id
        session.flush()
    _move(session, case, audience, actor)
    if asks:
        _mail(session, case.patient_id, policies.ASKING_MAIL[audience], case, link)
    elif request is not None:
        _mail(session, request.author_id, "answer_arrived", case, link)
    return message


def _checked(body: str) -> str:
    text = body.strip()
    if not text:
        raise Invalid("Write your message", "body")
    if len(text) > policies.BODY_LIMIT:
        raise Invalid(f"Your message must be {policies.BODY_LIMIT:,} characters or less", "body")
    return text


def _request(session: Session, case: Case, audience: Audience, message_id: str, actor: Actor) -> Message:
    request = session.get(Message, message_id, with_for_update=True)
    if request is None or (request.case_id, request.audience) != (case.id, audience.value):
        raise NotFound
    if not policies.can_answer(actor.role, audience):
        raise NotAllowed
    if not request.open:
        raise Conflict("This request was answered in the meantime. Open the messages again.")
    return request


def _move(session: Session, case: Case, audience: Audience, actor: Actor) -> None:
    """Keep the status true to whether the conversation has an open request."""
    waits = bool(repository.open_requests(session, case.id, audience))
    working, waiting = policies.WORKING[audience], policies.WAITING[audience]
    if waits and case.state is working:
        cases.change_status(session, case, waiting, actor=actor)
    elif not waits and case.state is waiting:
        cases.change_status(session, case, working, actor=actor)


def _mail(session: Session, user_id: str, template: str, case: Case, link: str) -> None:
    person = accounts.get_user(session, user_id)
    if not person.active or not person.email:
        return
    context = {"reference": case.reference, "link": link or f"/cases/{case.reference}/messages"}
    notifications.send(session, to=person.email, template=template, context=context)


def thread(session: Session, case: Case, actor: Actor, audience: Audience | None = None) -> Sequence[Message]:
    """One conversation of the case, oldest first; by default the one this role's page opens with."""
    return repository.thread(session, case.id, visible(actor, audience))


def read(session: Session, case: Case, actor: Actor, audience: Audience | None = None) -> Sequence[Message]:
    """The conversation for a person to read: recorded in the audit trail, and marked as read."""
    chosen = visible(actor, audience)
    messages = repository.thread(session, case.id, chosen)
    audit.record(session, actor.did("messages.read", case_id=case.id, subject=chosen.value))
    repository.mark_read(session, case.id, chosen, actor.user_id or "", now())
    return messages


def visible(actor: Actor, audience: Audience | None) -> Audience:
    """The conversation asked for, if this role takes part in it; else the answer of an unknown one."""
    if not policies.AUDIENCES.get(actor.role):
        raise NotAllowed
    chosen = audience or policies.AUDIENCES[actor.role][0]
    if not policies.takes_part(actor.role, chosen):
        raise NotAllowed
    return chosen


def conversations(session: Session, case: Case, actor: Actor) -> Sequence[Audience]:
    """The conversations of the case that this role sees: its own always, others once somebody wrote."""
    mine = policies.AUDIENCES.get(actor.role, ())
    used = repository.audiences_used(session, case.id) if len(mine) > 1 else frozenset()
    return [audience for place, audience in enumerate(mine) if place == 0 or audience in used]


def open_requests(session: Session, case: Case, audience: Audience | None = None) -> Sequence[Message]:
    """Requests on the case that nobody has answered yet, oldest first."""
    return repository.open_requests(session, case.id, audience)


def unread(session: Session, case: Case, actor: Actor) -> int:
    """How many messages of others this person has not opened yet."""
    count = 0
    for audience in policies.AUDIENCES.get(actor.role, ()):
        mark = repository.read_mark(session, case.id, audience, actor.user_id or "")
        count += sum(
            message.author_id != actor.user_id and (mark is None or message.created_at > mark.read_at)
            for message in repository.thread(session, case.id, audience)
        )
    return count
