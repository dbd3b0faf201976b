"""Messages as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from portal.core.actor import Actor, Role
from portal.messages.models import Audience, Message

EXCERPT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One message in its conversation. ``answers`` is the start of the request it met."""

    id: str
    own: bool
    author: str
    when: datetime
    body: str
    asks: bool
    open: bool
    answers: str | None


@dataclass(frozen=True, slots=True)
class Tab:
    """A conversation to go to."""

    audience: str
    name: str
    current: bool


def excerpt(text: str) -> str:
    """The start of a text on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1].rstrip()}…"


def rows(messages: Sequence[Message], reader: Actor) -> list[MessageRow]:
    """The conversation for one reader, oldest first."""
    met = {message.answered_by_id: message for message in messages if message.answered_by_id}
    return [
        MessageRow(
            id=message.id,
            own=message.author_id == reader.user_id,
            author=author(message, reader),
            when=message.created_at,
            body=message.body or "",
            asks=message.asks,
            open=message.open,
            answers=excerpt(met[message.id].body or "") if message.id in met else None,
        )
        for message in messages
    ]


def author(message: Message, reader: Actor) -> str:
    """Who wrote it, by what they are to the case: people on a case need no other name."""
    if message.author_id == reader.user_id:
        return str(_("You"))
    names: dict[Role, str] = {
        Role.PATIENT: _("The patient"),
        Role.CAREGIVER: _("The patient’s helper"),
        Role.COORDINATOR: _("Your coordinator") if _is_patient_side(reader) else _("A coordinator"),
        Role.REVIEWER: _("The expert"),
    }
    return names[Role(message.author_role)]


def tabs(conversations: Sequence[Audience], current: Audience, reader: Actor) -> list[Tab]:
    """The conversations this reader can switch between; none when there is only one."""
    found = [Tab(each.value, conversation_name(each, reader), each is current) for each in conversations]
    return found if len(found) > 1 else []


def conversation_name(audience: Audience, reader: Actor) -> str:
    """Whom this reader writes to there."""
    if audience is Audience.REVIEWER:
        own = reader.role is Role.REVIEWER
        return str(_("With the coordinator") if own else _("Questions from the expert"))
    return str(_("With your coordinator") if _is_patient_side(reader) else _("With the patient"))


def choices(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Open requests as the choices of a form."""
    return [(message.id, excerpt(message.body or "")) for message in messages if message.open]


def _is_patient_side(reader: Actor) -> bool:
    return reader.role in {Role.PATIENT, Role.CAREGIVER}
