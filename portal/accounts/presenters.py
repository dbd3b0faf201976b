"""What the pages of accounts show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _

from portal.accounts import factors
from portal.accounts.factors import Verdict
from portal.accounts.forms import ROLE_NAMES
from portal.accounts.models import User, WebSession
from portal.accounts.services.second_factor import Judged
from portal.core.actor import Role
from portal.core.clock import now

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A signed-in browser as its owner sees it."""

    session_id: str
    browser: str
    started: str
    last_seen: str
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A staff member as an admin sees them."""

    user_id: str
    name: str
    email: str
    role: str
    active: bool
    second_factor: bool
    is_self: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an authenticator app needs."""

    qr_code: str
    secret: str
    uri: str


def session_rows(rows: Iterable[WebSession], this: str | None) -> list[SessionRow]:
    """Each session with its browser in words."""
    return [
        SessionRow(
            session_id=row.id,
            browser=browser_name(row.browser or ""),
            started=format_datetime(row.created_at, "d MMM y, HH:mm z"),
            last_seen=format_datetime(row.last_seen_at, "d MMM y, HH:mm z"),
            is_this=row.id == this,
        )
        for row in rows
    ]


def browser_name(user_agent: str) -> str:
    """Browser and system in words, as far as the browser says."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("A browser we do not know"))


def person_rows(users: Iterable[User], viewer_id: str | None) -> list[PersonRow]:
    """Staff by name."""
    return [
        PersonRow(
            user_id=user.id,
            name=user.name or "",
            email=user.email or "",
            role=str(ROLE_NAMES[user.role_of]),
            active=user.active,
            second_factor=user.has_second_factor,
            is_self=user.id == viewer_id,
        )
        for user in users
    ]


def role_name(role: str) -> str:
    """The word for a role."""
    return str(ROLE_NAMES[Role(role)])


def enrolment(secret: str, email: str) -> Enrolment:
    """The secret as a picture, as text and as a link that opens an app on the same phone."""
    import segno  # noqa: PLC0415 - only needed when somebody sets up an app

    uri = factors.provisioning_uri(secret, email)
    picture = segno.make(uri, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    return Enrolment(qr_code=picture, secret=factors.readable_secret(secret), uri=uri)


def wait_message(until: datetime) -> str:
    """How long to wait after too many attempts."""
    return str(_("Too many attempts. %(wait)s", wait=_wait(until - now())))


def code_message(judged: Judged) -> str:
    """Why a code was not accepted and what to do."""
    if judged.until is not None:
        return wait_message(judged.until)
    if judged.verdict is Verdict.USED:
        if judged.by_recovery_code:
            return str(_("This recovery code was used already. Use another one."))
        return str(_("This code was used already. Wait for the next one."))
    if judged.by_recovery_code:
        return str(_("This is not one of your recovery codes. Check it and type it again."))
    return str(_("This code is not right. Type the code your app shows now."))


def _wait(left: timedelta) -> str:
    seconds = max(ceil(left.total_seconds()), 1)
    if seconds <= 60:
        text = ngettext(
            "Wait %(num)d second, then try again.", "Wait %(num)d seconds, then try again.", seconds
        )
    else:
        text = ngettext(
            "Wait %(num)d minute, then try again.",
            "Wait %(num)d minutes, then try again.",
            ceil(seconds / 60),
        )
    return str(text)
