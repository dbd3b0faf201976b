"""Offers as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.cases.models import Case, CaseStatus
from portal.documents.presenters import KIND_NAMES
from portal.routing.facts import OLDEST_BAND, Facts
from portal.routing.models import Offer, OfferState
from portal.routing.states import states


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """One offer in the reviewer's list."""

    id: str
    reference: str
    made_at: datetime
    open: bool
    state: str
    accepted: bool
    colour: str


def rows(offers: Iterable[tuple[Offer, Case]]) -> list[OfferRow]:
    """The reviewer's list: what waits for an answer first."""
    found = [
        OfferRow(
            id=offer.id,
            reference=case.reference,
            made_at=offer.made_at,
            open=is_open(offer, case),
            state=state_words(offer, case),
            accepted=offer.state == OfferState.ACCEPTED.value,
            colour="yellow" if is_open(offer, case) else "grey",
        )
        for offer, case in offers
    ]
    return sorted(found, key=lambda row: not row.open)


def is_open(offer: Offer, case: Case) -> bool:
    """Whether the reviewer can still answer; a withdrawn case closes its offer too."""
    return offer.open and case.state is CaseStatus.OFFERED


def state_words(offer: Offer, case: Case) -> str:
    """Where the offer stands."""
    if offer.open and not is_open(offer, case):
        return str(_("Withdrawn"))
    words = {
        OfferState.OFFERED: _("Waits for your answer"),
        OfferState.ACCEPTED: _("Accepted"),
        OfferState.DECLINED: _("Declined"),
        OfferState.EXPIRED: _("Ran out"),
        OfferState.WITHDRAWN: _("Withdrawn"),
    }
    return str(words[OfferState(offer.state)])


def facts(known: Facts) -> list[tuple[str, str]]:
    """The facts of an offer, each with its name; what is not known says so."""
    unknown = _("Not stated")
    age = unknown
    if known.age_from == OLDEST_BAND:
        age = _("90 or older")
    elif known.age_from is not None:
        age = _("%(first)d to %(last)d years", first=known.age_from, last=known.age_from + 9)
    where = ", ".join(states()[code] for code in known.states) or unknown
    return [
        (_("Age"), age),
        (_("State of the patient"), where),
        (_("Questions to answer"), str(known.questions)),
        (_("Must decide by"), known.decide_by or unknown),
    ]


def document_lines(known: Facts) -> list[str]:
    """One line a kind of document."""
    return [
        _("%(kind)s: %(files)s, %(pages)s", kind=KIND_NAMES[kind], files=_files(files), pages=_pages(pages))
        for kind, files, pages in known.documents
    ]


def _files(count: int) -> str:
    return str(ngettext("%(num)d document", "%(num)d documents", count))


def _pages(count: int) -> str:
    return str(ngettext("%(num)d page", "%(num)d pages", count))
