"""Documents in words: kinds, states, reasons and what to do about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.core.actor import Actor, Role
from portal.documents import policies
from portal.documents.checks import EXTENSION_OF
from portal.documents.models import Document, DocumentKind, DocumentState, Page
from portal.documents.verdicts import Refusal
from portal.settings import MIB, Settings

KIND_LABELS: Mapping[DocumentKind, str] = MappingProxyType(
    {
        DocumentKind.PATHOLOGY: _l("Pathology: what the laboratory found in your tissue"),
        DocumentKind.BIOMARKER: _l("Biomarkers: gene tests of the cancer, ESR1, PIK3CA, HER2 and the like"),
        DocumentKind.GERMLINE: _l("Inherited genes: a blood or saliva test, such as BRCA"),
        DocumentKind.IMAGING: _l("Scans: CT, MRI, PET, bone scan, mammogram"),
        DocumentKind.TREATMENT: _l("Treatment: letters from your doctors, medicines, operations"),
        DocumentKind.OTHER: _l("Something else"),
    }
)
KIND_NAMES: Mapping[DocumentKind, str] = MappingProxyType(
    {
        DocumentKind.PATHOLOGY: _l("Pathology report"),
        DocumentKind.BIOMARKER: _l("Biomarker report"),
        DocumentKind.GERMLINE: _l("Inherited genes report"),
        DocumentKind.IMAGING: _l("Scan report"),
        DocumentKind.TREATMENT: _l("Treatment record"),
        DocumentKind.OTHER: _l("Other record"),
    }
)
WHY: Mapping[Refusal, str] = MappingProxyType(
    {
        Refusal.EMPTY: _l("The file is empty. Choose the file again, or save it once more first."),
        Refusal.TYPE: _l("We can use PDF, JPEG and PNG files. Save it as a PDF, then add it again."),
        Refusal.MISLABELLED: _l(
            "The file is not what its name says. Open it, save it as a PDF, then add it again."
        ),
        Refusal.CUT_OFF: _l(
            "The end of the file is missing. Download or scan it once more, then add it again."
        ),
        Refusal.TRAILING: _l(
            "Something was added after the end of the PDF. Open it, save it as a new PDF, then add it again."
        ),
        Refusal.PASSWORD: _l(
            "The file is locked with a password. Save a copy without the password, then add that."
        ),
        Refusal.DAMAGED: _l(
            "The file could not be read. Check that you can open it, save it as a PDF, then add it again."
        ),
        Refusal.NO_PAGES: _l("The PDF has no pages. Check that it is the right file."),
        Refusal.TOO_MANY_PAGES: _l(
            "The PDF has more than 1,000 pages. Split it into smaller files, then add those."
        ),
        Refusal.TOO_MANY_PIXELS: _l("The picture is too large to show. Save it smaller, then add it again."),
        Refusal.TOO_COMPLEX: _l(
            "The file could not be shown safely. Print it to a new PDF or take photos of it, then add those."
        ),
        Refusal.CASE_BYTES: _l(
            "There is no room left for a file of this size. Send us a message and we will help."
        ),
        Refusal.CASE_FILES: _l(
            "You have added as many files as we can take. Send us a message and we will help."
        ),
    }
)
WAITING_COLOUR, READY_COLOUR, REFUSED_COLOUR = "yellow", "green", "red"


def why(reason: Refusal, settings: Settings) -> str:
    """What is wrong with a file and what to do, in plain words."""
    if reason is Refusal.TOO_LARGE:
        limit = size_words(settings.max_file_bytes)
        words = _(
            "The file is larger than %(limit)s. Split it into smaller files, then add those.", limit=limit
        )
        return str(words)
    return str(WHY[reason])


def size_words(size: int) -> str:
    """A size as people say it."""
    if size >= 1024 * MIB:
        return str(_("%(number)s GB", number=f"{size / (1024 * MIB):.3g}"))
    if size >= MIB:
        return str(_("%(number)s MB", number=f"{size / MIB:.3g}"))
    return str(_("%(number)s KB", number=max(1, round(size / 1024))))


def kind_name(document: Document) -> str:
    """The kind of one document, as its heading."""
    return str(KIND_NAMES[DocumentKind(document.kind)])


def display_name(document: Document, actor: Actor) -> str:
    """The file's name; a reviewer gets the kind instead, for people put their own names into file names."""
    if actor.role is Role.REVIEWER or not document.file_name:
        return kind_name(document)
    return document.file_name


def download_name(document: Document, reference: str, actor: Actor) -> str:
    """The name an original is saved under."""
    if actor.role is Role.REVIEWER or not document.file_name:
        extension = EXTENSION_OF.get(document.media_type, "bin")
        return f"{reference} {document.kind} {document.id[:6]}.{extension}"
    return document.file_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One file of the list."""

    document_id: str
    name: str
    kind: str
    state: str
    colour: str
    why: str
    pages: str
    size: str
    added: datetime
    readable: bool
    original: bool


def case_address(reference: str, actor: Actor) -> str:
    """The page of the case from which this person came."""
    if actor.role is Role.COORDINATOR:
        return f"/triage/{reference}"
    if actor.role is Role.REVIEWER:
        return f"/reviews/{reference}"
    return f"/cases/{reference}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """One page in the viewer."""

    title: str
    document_id: str
    number: int
    count: int
    position: str
    alt: str
    width: int
    height: int
    text: str
    previous: int | None
    next: int | None
    original: bool
    added: datetime
    back: str


def page_view(document: Document, page: Page, text: str, reference: str, actor: Actor) -> PageView:
    """A page as this person may see it."""
    number = page.number
    title, count = display_name(document, actor), document.page_count
    position = _("Page %(number)d of %(count)d", number=number, count=count)
    hint = _("Its text is below the picture.") if text else _("It is a picture without text.")
    return PageView(
        title=title,
        document_id=document.id,
        number=number,
        count=count,
        position=position,
        alt=f"{title}. {position}. {hint}",
        width=page.width,
        height=page.height,
        text=text,
        previous=number - 1 if number > 1 else None,
        next=number + 1 if number < count else None,
        original=policies.original_readable(document, actor),
        added=document.created_at,
        back=case_address(reference, actor),
    )


def report_rows(documents: Sequence[Document], actor: Actor, settings: Settings) -> list[ReportRow]:
    """The list as this person may see it, newest first."""
    shown = [document for document in documents if policies.listed_for(document, actor)]
    return [_row(document, actor, settings) for document in reversed(shown)]


def _row(document: Document, actor: Actor, settings: Settings) -> ReportRow:
    state = document.state_of
    words, colour = {
        DocumentState.READY: (_("Ready"), READY_COLOUR),
        DocumentState.REFUSED: (_("Could not be used"), REFUSED_COLOUR),
    }.get(state, (_("Being checked"), WAITING_COLOUR))
    count = document.page_count
    return ReportRow(
        document_id=document.id,
        name=display_name(document, actor),
        kind=kind_name(document),
        state=words,
        colour=colour,
        why=why(Refusal(document.refusal), settings) if document.refusal else "",
        pages=ngettext("%(num)d page", "%(num)d pages", count) if count else "",
        size=size_words(document.size or 0),
        added=document.created_at,
        readable=policies.pages_readable(document),
        original=policies.original_readable(document, actor),
    )
