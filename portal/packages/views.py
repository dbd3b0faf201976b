"""Pages of packages: the sealed case, its answers, its files, and the preview of an offer."""

from flask import Blueprint, Response, render_template, request

from portal.audit import services as audit
from portal.cases import scope
from portal.cases.models import Case
from portal.cases.permissions import Action
from portal.cases.scope import ScopedCase
from portal.core.access import requires
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.web import close_session, current_actor, database, db
from portal.documents import streams
from portal.packages import presenters, services
from portal.packages.models import Package
from portal.packages.synopsis import as_data
from portal.routing import services as routing
from portal.vault.web import current_vault

blueprint = Blueprint("packages", __name__)


def _reach(reference: str) -> ScopedCase:
    return scope.for_actor(db(), current_actor()).reach(reference)


def _record(act: str, case: Case, package: Package | None = None) -> None:
    event = current_actor().did(act, case_id=case.id, subject=package.id if package else None)
    audit.record(db(), event)


def _package(case: Case) -> Package:
    """The edition asked for, or the newest; not found when nothing is sealed."""
    number = request.args.get("edition", type=int)
    package = services.current(db(), case) if number is None else services.edition(db(), case, number)
    if package is None:
        raise NotFound
    return package


@blueprint.get("/reviews/<reference>/package")
@requires(Permission.PACKAGE_DOWNLOAD, records_read=True)
def package(reference: str) -> str:
    """The newest edition: synopsis, documents, files, and the editions before it."""
    case = _reach(reference).check(Action.PACKAGE_READ)
    sealed = _package(case)
    contents = services.contents_of(db(), case)
    page = render_template(
        "packages/package.html",
        case=case,
        package=sealed,
        sealed_at=presenters.sealed_words(sealed),
        synopsis=contents.synopsis,
        blocks=as_data(contents.synopsis),
        missing=contents.missing,
        unanswered=contents.unanswered,
        documents=presenters.document_rows(contents.documents, case, current_actor()),
        files=presenters.file_rows(services.parts_of(db(), sealed), case),
        editions=presenters.edition_rows(services.editions(db(), case), case),
    )
    _record("package.read", case, sealed)
    db().commit()
    return page


@blueprint.get("/reviews/<reference>/answers")
@requires(Permission.PACKAGE_DOWNLOAD, records_read=True)
def answers(reference: str) -> str:
    """Every answer of the history."""
    case = _reach(reference).check(Action.PACKAGE_READ)
    page = render_template(
        "packages/answers.html", case=case, chapters=services.contents_of(db(), case).chapters
    )
    _record("history.read", case)
    db().commit()
    return page


@blueprint.get("/reviews/<reference>/package.zip")
@requires(Permission.PACKAGE_DOWNLOAD, records_read=True, step_up=True)
def download(reference: str) -> Response:
    """An edition as a ZIP; the database is let go before the first byte."""
    case = _reach(reference).check(Action.PACKAGE_READ)
    chosen = _package(case)
    sealed = services.sealed_edition(db(), case, chosen)
    _record("package.downloaded", case, chosen)
    db().commit()
    close_session()
    check = streams.still_may(database(), current_actor(), reference, Action.PACKAGE_READ)
    body = streams.started(services.stream_zip(current_vault(), sealed), check)
    response = Response(body, mimetype="application/zip")
    response.content_length = sealed.zip_size
    return _attachment(response, sealed.file_name)


@blueprint.get("/reviews/<reference>/package/<name>")
@requires(Permission.PACKAGE_DOWNLOAD, records_read=True)
def part(reference: str, name: str) -> Response:
    """One of the readable parts of the newest edition as a file."""
    case = _reach(reference).check(Action.PACKAGE_READ)
    if name not in presenters.READABLE:
        raise NotFound
    chosen = _package(case)
    sealed = services.sealed_edition(db(), case, chosen)
    _record("package.part-read", case, chosen)
    db().commit()
    close_session()
    found, data = services.read_part(current_vault(), sealed, name)
    return _attachment(Response(data, mimetype=found.media_type), f"{reference}-{name}")


@blueprint.get("/reviews/<reference>/preview")
@requires(Permission.OFFER_ANSWER, records_read=True)
def preview(reference: str) -> str:
    """An offered case without identity."""
    case = _reach(reference).check(Action.PACKAGE_PREVIEW)
    standing = routing.open_offer(db(), case)
    page = render_template("packages/preview.html", case=case, offer=standing, **services.preview(db(), case))
    _record("package.previewed", case)
    db().commit()
    return page


def _attachment(response: Response, file_name: str) -> Response:
    """Never opened inside the portal's own origin."""
    response.headers.set("Content-Disposition", "attachment", filename=file_name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
