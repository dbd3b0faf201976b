"""The queue and the choice of a reviewer as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from flask import current_app
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from portal.cases.models import CaseStatus as S
from portal.cases.policies import WAITS_FOR
from portal.core.clock import now
from portal.routing.services import Candidate
from portal.routing.states import states
from portal.triage.policies import GROUPS, LISTED, Group, statuses_of
from portal.triage.repository import Line

KEPT_ROWS = 10_000
"""Rendered rows of the queue, a few hundred bytes each."""


@dataclass(frozen=True, slots=True)
class StatusWords:
    """A status in the words of the desk: its name, whom it waits for, what comes next."""

    name: str
    waits_for: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A part of the queue to look at."""

    show: str
    name: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerRow:
    """A reviewer to choose, or the reason why not."""

    id: str
    name: str
    facts: str
    licence: str
    note: str
    why_not: str


@cache
def _all_status_words(_language: str) -> dict[S, StatusWords]:
    """The words for every status; kept for each language, for looking one up costs more than a row."""
    waits_for = {
        "patient": _("Patient"),
        "coordinator": _("Coordinator"),
        "reviewer": _("Reviewer"),
        "nobody": _("Nobody"),
    }
    words = {
        S.DRAFT: (_("Draft"), ""),
        S.SUBMITTED: (_("New"), _("Start working on it")),
        S.TRIAGE: (_("Being prepared"), _("Ask for what is missing, or mark it ready")),
        S.WAITING_FOR_PATIENT: (_("Waiting for the patient"), _("Look at the request")),
        S.READY: (_("Ready"), _("Choose a reviewer")),
        S.OFFERED: (_("Offered"), _("Wait for the reviewer’s answer")),
        S.IN_REVIEW: (_("In review"), _("Wait for the opinion")),
        S.WAITING_FOR_ANSWER: (_("Question from the reviewer"), _("See that it is answered")),
        S.SIGNED: (_("Opinion signed"), _("Read and release the opinion")),
        S.RELEASED: (_("Released"), _("Close it")),
        S.CLOSED: (_("Closed"), ""),
        S.WITHDRAWN: (_("Withdrawn"), ""),
        S.ERASED: (_("Erased"), ""),
    }
    return {
        status: StatusWords(name, waits_for[WAITS_FOR[status]], next_step)
        for status, (name, next_step) in words.items()
    }


def status_words(status: S) -> StatusWords:
    """How the desk speaks of a status."""
    return _all_status_words(str(get_locale()))[status]


@cache
def _group_names(_language: str) -> dict[Group, str]:
    return {
        Group.OPEN: _("All open"),
        Group.OURS: _("Waiting for us"),
        Group.PATIENT: _("Waiting for the patient"),
        Group.REVIEWER: _("Waiting for a reviewer"),
        Group.FINISHED: _("Finished"),
    }


def queue_rows(lines: Sequence[Line]) -> Markup:
    """The rows of the queue: whole days since the last step, and since the case was sent."""
    moment, language = now(), str(get_locale())
    return Markup().join(
        _row(
            language,
            line.reference,
            line.status,
            (moment - line.status_changed_at).days,
            (moment - line.submitted_at).days if line.submitted_at else None,
        )
        for line in lines
    )


@lru_cache(maxsize=KEPT_ROWS)
def _row(_language: str, reference: str, status: str, days: int, total: int | None) -> Markup:
    """One row, kept: it names nobody, changes once a day, and is the dearest part of the page."""
    template = current_app.jinja_env.get_template("triage/queue_row.html")
    words = status_words(S(status))
    html = template.render(reference=reference, status=status, words=words, days=days, total=total)
    return Markup(html)  # noqa: S704 - our own template


def group_filters(counts: Mapping[S, int], show: str) -> list[Filter]:
    """The groups of the queue with how many cases each holds."""
    names = _group_names(str(get_locale()))
    current = show if show in names or show in LISTED else Group.OPEN
    return [
        Filter(group.value, name, sum(counts.get(status, 0) for status in GROUPS[group]), group == current)
        for group, name in names.items()
    ]


def status_filters(counts: Mapping[S, int], show: str) -> list[Filter]:
    """Single statuses that hold any case."""
    return [
        Filter(status.value, words.name, counts[status], status == show)
        for status, words in _all_status_words(str(get_locale())).items()
        if status in LISTED and counts.get(status)
    ]


def queue_title(show: str) -> str:
    """What the filtered queue is called."""
    chosen = statuses_of(show)
    return status_words(chosen[0]).name if len(chosen) == 1 else str(_("Cases"))


def reviewer_rows(candidates: Sequence[Candidate]) -> list[ReviewerRow]:
    """Reviewers to choose from, in the order of the list."""
    return [
        ReviewerRow(
            id=one.user.id,
            name=one.user.name or "",
            facts=_facts(one),
            licence=_licence(one),
            note=str(_("Declined this case before.")) if one.declined else "",
            why_not=one.why_not or "",
        )
        for one in candidates
    ]


def _facts(one: Candidate) -> str:
    if one.profile is None:
        return ""
    load = ngettext(
        "%(num)d review at work, takes %(capacity)d",
        "%(num)d reviews at work, takes %(capacity)d",
        one.at_work,
        capacity=one.profile.capacity,
    )
    parts = [one.profile.institution, one.profile.subspecialty, ", ".join(one.profile.languages), load]
    return " · ".join(part for part in parts if part)


def _licence(one: Candidate) -> str:
    codes = ", ".join(one.profile.licensed_states) if one.profile else ""
    if one.licensed_here:
        return str(_("Licensed in the patient’s state (%(codes)s)", codes=codes))
    return str(_("Not licensed in the patient’s state (%(codes)s)", codes=codes or _("none")))


def place_words(place: str | None) -> str:
    """The patient's state by name."""
    return states().get(place or "", place or "") or str(_("Not known"))


def days_since(moment: datetime) -> int:
    """Whole days since then."""
    return (now() - moment).days
