"""Pages of documents: the list, the ways in and out, and the viewer."""

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from portal.audit import services as audit
from portal.cases import scope
from portal.cases.models import Case
from portal.cases.permissions import Action
from portal.cases.scope import ScopedCase
from portal.core.access import requires
from portal.core.errors import NotFound
from portal.core.guard import stepped_up
from portal.core.permissions import Permission
from portal.core.web import close_session, current_actor, database, db, see_other, settings
from portal.documents import incoming, names, policies, presenters, services, streams
from portal.documents.checks import ACCEPT
from portal.documents.forms import RemoveForm, ReportsForm
from portal.documents.incoming import FormOutcome
from portal.documents.models import Document
from portal.documents.uploads import Uploads
from portal.documents.verdicts import LIMITS, Refused
from portal.vault.web import current_vault

blueprint = Blueprint("documents", __name__)


def reach(reference: str) -> ScopedCase:
    """The case as the signed-in person reaches it."""
    return scope.for_actor(db(), current_actor()).reach(reference)


@blueprint.get("/cases/<reference>/documents")
@requires(Permission.DOCUMENT_READ, records_read=True)
def reports(reference: str) -> str:
    """The files of a case and how far each has come, with the form to add more."""
    scoped = reach(reference)
    scoped.check(Action.DOCUMENT_READ)
    return _page(scoped, ReportsForm(formdata=None))


def _page(scoped: ScopedCase, form: ReportsForm) -> str:
    actor = current_actor()
    documents = services.documents_of(db(), scoped.case)
    audit.record(db(), actor.did("document.listed", case_id=scoped.case.id))
    db().commit()
    return render_template(
        "documents/reports.html",
        case=scoped.case,
        form=form,
        accept=ACCEPT,
        rows=presenters.report_rows(documents, actor, settings()),
        waiting=any(document.state_of in policies.WAITING for document in documents),
        can_add=scoped.may(Action.DOCUMENT_UPLOAD),
        can_remove=scoped.may(Action.DOCUMENT_DELETE),
        limit=presenters.size_words(settings().max_file_bytes),
        own=not actor.role.staff,
        back=presenters.case_address(scoped.case.reference, actor),
    )


def _uploads(reference: str) -> Uploads:
    """Check that the person may upload here, then let go of the session: none is open while bytes travel."""
    actor = current_actor()
    reach(reference).check(Action.DOCUMENT_UPLOAD)
    close_session()

    def find_case(session: Session) -> Case:
        return scope.for_actor(session, actor).case(reference, Action.DOCUMENT_UPLOAD)

    return Uploads(database(), current_vault(), settings(), find_case=find_case, actor=actor)


@blueprint.post("/cases/<reference>/documents")
@requires(Permission.DOCUMENT_UPLOAD)
def add(reference: str) -> AnyResponse | tuple[str, int]:
    """Take the files of the form; those that cannot be used are named, with what to do."""
    outcome = incoming.take_form(_uploads(reference))
    form = ReportsForm(formdata=None, kind=outcome.kind)
    _show_problems(form, outcome)
    if outcome.arrivals:
        flash(_taken(len(outcome.arrivals)))
    if form.errors:
        return _page(reach(reference), form), 413 if _too_much(outcome) else 422
    return see_other("documents.reports", reference=reference)


def _too_much(outcome: FormOutcome) -> bool:
    return any(reason in LIMITS for _name, reason in outcome.refused)


def _show_problems(form: ReportsForm, outcome: FormOutcome) -> None:
    if outcome.kind not in dict(presenters.KIND_LABELS):
        form.add_error("kind", _("Choose what these reports are about"))
    elif not outcome.arrivals and not outcome.refused:
        form.add_error("files", _("Choose at least one file"))
    for name, reason in outcome.refused:
        form.add_error("files", f"“{names.clean(name)}”: {presenters.why(reason, settings())}")


def _taken(count: int) -> str:
    words = ngettext(
        "%(num)d file is safely stored and is now being checked.",
        "%(num)d files are safely stored and are now being checked.",
        count,
    )
    return str(words)


@blueprint.post("/cases/<reference>/documents/raw")
@requires(Permission.DOCUMENT_UPLOAD)
def add_raw(reference: str) -> tuple[dict[str, str], int]:
    """Take one file as the body of the request; for scripts and for pages with JavaScript."""
    try:
        arrival = incoming.take_raw(_uploads(reference))
    except Refused as refused:
        status = 413 if refused.reason in LIMITS else 422
        return {"reason": refused.reason.value, "message": presenters.why(refused.reason, settings())}, status
    return {"id": arrival.document_id, "state": "received"}, 201


@blueprint.route("/cases/<reference>/documents/<document_id>/remove", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_UPLOAD)
def remove(reference: str, document_id: str) -> str | AnyResponse:
    """Ask once more, then remove a file and its pages."""
    actor = current_actor()
    case = reach(reference).check(Action.DOCUMENT_DELETE)
    document = services.find(db(), case, document_id, actor=actor)
    form = RemoveForm()
    if request.method == "GET" or not form.validate():
        name = presenters.display_name(document, actor)
        return render_template("documents/remove.html", case=case, form=form, name=name)
    services.remove(db(), document, actor=actor)
    db().commit()
    flash(_("The file was removed."))
    return see_other("documents.reports", reference=reference)


def _document(reference: str, document_id: str) -> Document:
    case = reach(reference).check(Action.DOCUMENT_READ)
    return services.find(db(), case, document_id, actor=current_actor())


@blueprint.get("/cases/<reference>/documents/<document_id>/pages/<int:number>")
@requires(Permission.DOCUMENT_READ, records_read=True)
def viewer(reference: str, document_id: str, number: int) -> str:
    """One page with its text, and the way to the others."""
    actor = current_actor()
    document = _document(reference, document_id)
    page = services.find_page(db(), document, number)
    services.record_read(db(), document, "document.page_read", actor=actor, page=number)
    db().commit()
    text = services.page_text(current_vault(), document, page).text
    view = presenters.page_view(document, page, text, reference, actor)
    return render_template("documents/viewer.html", reference=reference, view=view)


@blueprint.get("/cases/<reference>/documents/<document_id>/pages/<int:number>/image")
@requires(Permission.DOCUMENT_READ, records_read=True)
def page_image(reference: str, document_id: str, number: int) -> Response:
    """The picture of one page: decrypted here, kept nowhere."""
    document = _document(reference, document_id)
    page = services.find_page(db(), document, number)
    services.record_read(db(), document, "document.image_read", actor=current_actor(), page=number)
    db().commit()
    image = services.read_page_image(current_vault(), document, page)
    return Response(image, mimetype="image/jpeg")


@blueprint.get("/cases/<reference>/documents/<document_id>/original")
@requires(Permission.DOCUMENT_ORIGINAL, records_read=True)
def original(reference: str, document_id: str) -> AnyResponse:
    """The uploaded file, saved and never shown; staff confirm who they are first."""
    actor = current_actor()
    document = _document(reference, document_id)
    if not policies.original_readable(document, actor):
        raise NotFound
    if actor.role.staff and not stepped_up(actor):
        here = url_for("documents.original", reference=reference, document_id=document_id)
        return see_other("accounts.step_up", next=here)
    services.record_read(db(), document, "document.original_fetched", actor=actor)
    db().commit()
    name = presenters.download_name(document, reference, actor)
    reader = services.open_original(current_vault(), document)
    check = streams.still_may(database(), actor, reference, Action.DOCUMENT_READ)
    close_session()
    body = streams.started(reader.chunks(), check)
    response = Response(body, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = names.attachment(name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.content_length = reader.size
    return response
