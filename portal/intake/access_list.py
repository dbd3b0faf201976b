"""Who opened what, for the patient whose case it is: the trail in plain words, without ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as later

from portal.audit.models import AuditRow
from portal.core.actor import Actor, Role

WHO: Mapping[str, str] = MappingProxyType(
    {
        Role.PATIENT.value: later("The patient"),
        Role.CAREGIVER.value: later("Your caregiver"),
        Role.COORDINATOR.value: later("A coordinator"),
        Role.REVIEWER.value: later("The expert"),
        Role.ADMIN.value: later("An administrator"),
        Role.AUDITOR.value: later("An auditor"),
        Role.SYSTEM.value: later("The portal"),
    }
)
BEFORE_ACCEPTING = frozenset({"offer.read", "offer.declined", "offer.expired", "package.previewed"})
"""What an expert does who was asked and has not taken the case, or never did."""

ACTS: Mapping[str, str] = MappingProxyType(
    {
        "access.ended": later("ended somebody’s access to your case"),
        "access.ended/assigned": later("ended the expert’s access to your case"),
        "access.ended/caregiver": later("ended a caregiver’s access to your case"),
        "access.ended/offered": later("closed the preview that an expert could see"),
        "access.granted": later("got or gave access to your case"),
        "access.granted/assigned": later("got access to your case"),
        "access.granted/caregiver": later("gave a caregiver access to your case"),
        "access.granted/offered": later("let an expert see a preview without your name"),
        "access.granted/owner": later("got access to this request, because it is your own"),
        "assignment.ended": later("ended the expert’s work on your case"),
        "case.closed": later("closed your case"),
        "case.created": later("started this request"),
        "case.draft": later("opened your request for changes"),
        "case.erased": later("erased your case"),
        "case.in_review": later("began the review"),
        "case.offered": later("waits for the expert’s answer"),
        "case.read": later("opened your case"),
        "case.ready": later("marked your case as complete"),
        "case.released": later("gave you the opinion to read"),
        "case.signed": later("finished the opinion"),
        "case.submitted": later("sent this request"),
        "case.triage": later("took your case to prepare it"),
        "case.waiting_for_answer": later("put the review on hold for an answer"),
        "case.waiting_for_patient": later("waits for something from you"),
        "case.withdrawn": later("took this request back"),
        "consent.given": later("agreed to a consent"),
        "document.checking": later("began to check a report"),
        "document.image_read": later("opened page %(page)s of a report"),
        "document.listed": later("looked at the list of reports"),
        "document.original_fetched": later("downloaded a report"),
        "document.page_read": later("opened page %(page)s of a report"),
        "document.ready": later("checked a report; it can be used"),
        "document.received": later("stored a report"),
        "document.refused": later("checked a report; it cannot be used"),
        "document.removed": later("removed a report"),
        "document.uploaded": later("added a report"),
        "history.read": later("read your answers"),
        "history.saved": later("changed your answers"),
        "information.answered": later("answered a question"),
        "information.asked": later("asked for something"),
        "message.written": later("wrote a message"),
        "messages.read": later("read the messages"),
        "offer.accepted": later("took your case"),
        "offer.declined": later("could not take your case"),
        "offer.expired": later("did not answer in time"),
        "offer.made": later("asked an expert to take your case"),
        "offer.read": later("looked at a preview without your name"),
        "offer.withdrawn": later("took back the question to an expert"),
        "opinion.checked": later("checked the opinion before signing"),
        "opinion.downloaded": later("downloaded the opinion"),
        "opinion.read": later("read the opinion"),
        "opinion.released": later("gave you the opinion to read"),
        "opinion.saved": later("worked on the opinion"),
        "opinion.signed": later("signed the opinion"),
        "package.downloaded": later("downloaded your case as a package"),
        "package.exported": later("wrote your case to a package, on a command of the service"),
        "package.part-read": later("downloaded a part of the package"),
        "package.previewed": later("looked at a preview without your name"),
        "package.read": later("opened the package of your case"),
        "package.sealed": later("put your case together as a package"),
        "review.opened": later("opened your case to review it"),
        "trail.read": later("looked at this list"),
        "urgent.seen": later("read who to call now"),
    }
)
SOMETHING = later("did something else in your case")


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody did, as often as it was done in a row; ``at`` is the last time."""

    at: datetime
    who: str
    own: bool
    what: str
    times: int = 1


def lines(rows: Iterable[AuditRow], reader: Actor) -> list[Line]:
    """The rows in the order given, the same act of the same person in a row told once."""
    told: list[Line] = []
    for row in rows:
        own = row.actor_id is not None and row.actor_id == reader.user_id
        line = Line(row.at, _who(row, own), own, _what(row))
        if told and (told[-1].who, told[-1].what) == (line.who, line.what):
            told[-1] = replace(told[-1], times=told[-1].times + 1)
        else:
            told.append(line)
    return told


def days(told: Iterable[Line]) -> list[tuple[date, list[Line]]]:
    """Lines by the day, in the order given."""
    found: list[tuple[date, list[Line]]] = []
    for line in told:
        day = line.at.date()
        if not found or found[-1][0] != day:
            found.append((day, []))
        found[-1][1].append(line)
    return found


def _who(row: AuditRow, own: bool) -> str:
    if own:
        return str(_("You"))
    if row.actor_role == Role.REVIEWER.value and row.action in BEFORE_ACCEPTING:
        return str(_("An expert who was asked"))
    return str(WHO.get(row.actor_role, _("Somebody")))


def _what(row: AuditRow) -> str:
    words = str(ACTS.get(f"{row.action}/{row.reason}") or ACTS.get(row.action) or SOMETHING)
    page = (row.subject or "").rpartition("/")[2]
    return words.replace("%(page)s", page if page.isdecimal() else "?")
