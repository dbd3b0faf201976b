"""The files of one request, from its body to the vault."""

from dataclasses import dataclass, field
from urllib.parse import unquote

from flask import current_app, request
from flask_wtf.csrf import CSRFError, same_origin, validate_csrf
from werkzeug.exceptions import BadRequest, LengthRequired
from wtforms import ValidationError

from portal.core.errors import Invalid
from portal.documents.bodies import FormField, FormFile, FormParts, HungUp, NotAForm, pieces
from portal.documents.models import DocumentKind
from portal.documents.uploads import Arrival, Uploads
from portal.documents.verdicts import Refusal, Refused


@dataclass(slots=True)
class FormOutcome:
    """What became of a form: its kind as sent, files taken, and files refused by name."""

    kind: str = ""
    arrivals: list[Arrival] = field(default_factory=list)
    refused: list[tuple[str, Refusal]] = field(default_factory=list)


def body_length() -> int:
    """The announced length of the body; without one nobody can tell whether it is whole."""
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired
    return request.content_length or 0


def take_raw(uploads: Uploads) -> Arrival:
    """The request's body is the file; kind and name are in headers. Raises :class:`Refused`."""
    length = body_length()
    try:
        kind = DocumentKind(request.headers.get("X-Document-Kind", ""))
    except ValueError:
        raise Invalid("Say what kind of report this is.") from None
    name = unquote(request.headers.get("X-File-Name", ""), errors="replace")
    chunks = pieces(request.environ["wsgi.input"], length)
    try:
        arrival = uploads.receive(chunks, kind=kind, file_name=name, announced=length)
    except HungUp:
        raise BadRequest from None
    uploads.accept([arrival])
    return arrival


def take_form(uploads: Uploads) -> FormOutcome:
    """Take every file of the form; files that cannot be used are told apart, the others are kept.

    Token and kind come before the files and are checked before a byte of a file is read.
    """
    outcome = FormOutcome()
    try:
        _take_parts(_parts(), uploads, outcome)
        if outcome.arrivals:
            uploads.accept(outcome.arrivals)
    except (HungUp, NotAForm):
        uploads.discard(outcome.arrivals)
        raise BadRequest from None
    except BaseException:
        uploads.discard(outcome.arrivals)
        raise
    return outcome


def _parts() -> FormParts:
    return FormParts(request.environ["wsgi.input"], body_length(), request.content_type or "")


def _take_parts(parts: FormParts, uploads: Uploads, outcome: FormOutcome) -> None:
    fields: dict[str, str] = {}
    token_checked = False
    for part in parts:
        if isinstance(part, FormField):
            fields[part.name] = part.value
            outcome.kind = fields.get("kind", "")
            continue
        if not token_checked:
            check_token(fields.get("csrf_token", ""))
            token_checked = True
        if part.file_name:
            _take_file(part, uploads, outcome)
    if not token_checked:
        check_token(fields.get("csrf_token", ""))


def _take_file(part: FormFile, uploads: Uploads, outcome: FormOutcome) -> None:
    try:
        kind = DocumentKind(outcome.kind)
    except ValueError:
        return
    try:
        arrival = uploads.receive(part.chunks, kind=kind, file_name=part.file_name)
    except Refused as refused:
        outcome.refused.append((part.file_name, refused.reason))
    else:
        outcome.arrivals.append(arrival)


def check_token(token: str) -> None:
    """What the common check of forms does, with a token that was read from a streamed form."""
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        validate_csrf(token)
    except ValidationError as error:
        raise CSRFError(str(error)) from None
    if request.is_secure and not same_origin(request.referrer or "", f"https://{request.host}/"):
        raise CSRFError("The referrer does not match the host.")
