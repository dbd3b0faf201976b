"""Mail as the page of the demonstration shows it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import format_datetime

from portal.notifications.models import OutboxMail

_LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of a mail, and whether it is an address to click on."""

    text: str
    link: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to read."""

    id: str
    to: str
    subject: str
    at: str
    pieces: list[Piece]


def letters(mails: Sequence[OutboxMail]) -> list[Letter]:
    """Mails in the order given."""
    return [
        Letter(
            id=mail.id,
            to=mail.to or "",
            subject=mail.subject or "",
            at=str(format_datetime(mail.created_at, "d MMM y, HH:mm:ss")),
            pieces=list(pieces(mail.body or "")),
        )
        for mail in mails
    ]


def pieces(body: str) -> list[Piece]:
    """The body cut into text and links, nothing lost."""
    found: list[Piece] = []
    end = 0
    for match in _LINK.finditer(body):
        found += [Piece(body[end : match.start()], False), Piece(match.group(), True)]
        end = match.end()
    return [piece for piece in [*found, Piece(body[end:], False)] if piece.text]
