"""Background work of accounts: deciding what mail to send, and tidying up."""

from collections.abc import Mapping

from portal.accounts import repository
from portal.accounts.models import Letter, LetterKind, User
from portal.accounts.services import letters, web_sessions
from portal.core.actor import Role
from portal.core.clock import now
from portal.core.web import settings
from portal.jobs.services import JobContext, handler
from portal.notifications import services as notifications

PATHS = {LetterKind.REGISTER: "confirm", LetterKind.RESET: "reset", LetterKind.INVITATION: "invitation"}


@handler(letters.WRITE_LETTER)
def write_letter(context: JobContext, payload: Mapping[str, str]) -> None:
    """Send the link somebody asked for, or what fits instead. Sends nothing twice."""
    letter = context.session.get(Letter, payload["letter"])
    if letter is None or letter.token_hash or letter.used_at:
        return
    user = repository.by_email(context.session, letter.email or "")
    template = _template(letter, user)
    if template is None:
        letter.used_at = now()
    elif template == "account_exists":
        letter.used_at = now()
        _send(context, letter, template, address("sign-in"), user)
    else:
        token = letters.make_link(context.session, letter)
        _send(context, letter, template, address(PATHS[LetterKind(letter.kind)], token), user)


@handler("accounts.sweep", every=3600)
def sweep(context: JobContext, _: Mapping[str, str]) -> None:
    """Delete sessions, links and counters that are long over."""
    web_sessions.sweep(context.session)


def address(*parts: str) -> str:
    """The absolute address of a page."""
    return "/".join((settings().base_url.rstrip("/"), *parts))


def _template(letter: Letter, user: User | None) -> str | None:
    match LetterKind(letter.kind):
        case LetterKind.REGISTER:
            return "account_exists" if user else "confirm_address"
        case LetterKind.RESET:
            return "reset_password" if user and user.active else None
        case LetterKind.INVITATION:
            staff = Role(letter.role).staff
            return None if user else ("invitation_staff" if staff else "invitation_patient")


def _send(context: JobContext, letter: Letter, template: str, link: str, user: User | None) -> None:
    name = user.name if user else letter.name
    notifications.send(
        context.session,
        to=letter.email or "",
        template=template,
        context={"name": name or "", "link": link},
    )
