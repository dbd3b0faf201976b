"""Opinions as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from portal.cases.models import Case, CaseStatus
from portal.opinions.models import Opinion, OpinionStatus
from portal.opinions.policies import Gap


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A case of the reviewer: its status as value and words, and how far the opinion is."""

    reference: str
    status: str
    words: str
    opinion: str
    href: str


def work_row(case: Case, opinion: Opinion | None) -> WorkRow:
    """A line of the worklist."""
    return WorkRow(
        reference=case.reference,
        status=case.status,
        words=case_words(case.state),
        opinion=opinion_words(opinion),
        href=url_for("opinions.workspace", reference=case.reference),
    )


def case_words(status: CaseStatus) -> str:
    """A status as a reviewer reads it."""
    words = {
        CaseStatus.IN_REVIEW: _("With you"),
        CaseStatus.WAITING_FOR_ANSWER: _("Waiting for an answer"),
        CaseStatus.SIGNED: _("Signed"),
        CaseStatus.RELEASED: _("Released"),
        CaseStatus.CLOSED: _("Closed"),
    }
    return str(words.get(status, status.value))


def opinion_words(opinion: Opinion | None) -> str:
    """How far an opinion is."""
    if opinion is None:
        return str(_("Not started"))
    if opinion.status_of is OpinionStatus.DRAFT:
        return str(_("Draft saved %(moment)s", moment=format_datetime(opinion.saved_at, "d MMM, HH:mm")))
    return str(_("Signed %(day)s", day=format_date(opinion.signed_at, "d MMM yyyy")))


@dataclass(frozen=True, slots=True)
class OpinionPage:
    """A signed opinion to read."""

    summary: str
    answers: Sequence[dict[str, Any]]
    assessment: str
    limits: str
    reviewer: str
    place: str
    signed: str
    released: str


def opinion_page(opinion: Opinion) -> OpinionPage:
    """A signed opinion with its author as they were at signing."""
    signature = opinion.signature or {}
    place = [signature.get("subspecialty"), signature.get("institution")]
    return OpinionPage(
        summary=opinion.summary or "",
        answers=opinion.answers or [],
        assessment=opinion.assessment or "",
        limits=opinion.limits or "",
        reviewer=signature.get("name", ""),
        place=", ".join(part for part in place if part),
        signed=format_date(opinion.signed_at, "d MMMM yyyy") if opinion.signed_at else "",
        released=format_date(opinion.released_at, "d MMMM yyyy") if opinion.released_at else "",
    )


def gap_items(gaps: Sequence[Gap], case: Case) -> list[dict[str, str]]:
    """What keeps an opinion from being signed, each with the way to its box."""
    home = url_for("opinions.workspace", reference=case.reference)
    return [{"text": gap_words(gap), "href": f"{home}#{gap.field}"} for gap in gaps]


def gap_words(gap: Gap) -> str:
    """What to do about an empty box."""
    if gap.number is not None:
        return str(_("Answer question %(number)d", number=gap.number))
    return str(_("Write a summary for the patient"))
