"""Check your answers, and send."""

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.cases import history
from portal.cases.models import Case, CaseStatus
from portal.cases.permissions import Action
from portal.core.access import requires
from portal.core.errors import Conflict
from portal.core.permissions import Permission
from portal.core.web import close_session, current_actor, db, see_other, settings
from portal.documents import services as documents
from portal.intake import answers as stored
from portal.intake import presenters, services
from portal.intake.forms import PageForm, read_page, stored_field
from portal.intake.views.blueprint import blueprint, need_consents, reach
from portal.intake.views.history import help_of, note_read, tell
from portal.knowledge.pack import Pack, Page

Answer = str | Response | tuple[str, int]


@blueprint.get("/cases/<reference>/check")
@requires(Permission.CASE_OWN, records_read=True)
def check(reference: str) -> str:
    """Everything told, with a way to change each answer while that is possible."""
    scoped = reach(reference)
    case = scoped.check(Action.HISTORY_READ)
    need_consents(scoped)
    pack = services.pack_of(case)
    told = tell(case)
    editable = scoped.may(Action.HISTORY_EDIT)
    note_read(case, "all")
    return render_template(
        "intake/check.html",
        case=case,
        sections=presenters.told_sections(pack, case, told, editable=editable),
        missing=presenters.missing_lines(pack, case, told.missing()) if editable else [],
        may_send=scoped.may(Action.CASE_SEND),
        reports=len(documents.documents_of(db(), case)),
    )


@blueprint.route("/cases/<reference>/send", methods=["GET", "POST"])
@requires(Permission.CASE_OWN)
def send(reference: str) -> Answer:
    """The last questions, then the case goes to the coordinators; once."""
    scoped = reach(reference)
    if scoped.case.submitted_at is not None:
        return _already_sent(scoped.case)
    case = scoped.check(Action.CASE_SEND)
    need_consents(scoped)
    pack = services.pack_of(case)
    told = tell(case)
    if presenters.missing_lines(pack, case, told.missing()):
        return see_other("intake.check", reference=reference)
    page = pack.pages[pack.sending_section][0]
    if request.method == "POST":
        return _send(case, pack, page)
    notes = help_of(pack)
    fields = [stored_field(i, told.answers_to(i.link_id), notes.get(i.link_id, "")) for i in page.items]
    return _show(case, page, PageForm.of(fields))


def _send(case: Case, pack: Pack, page: Page) -> Answer:
    form = read_page(page.items, request.form, help_of(pack))
    try:
        services.save_page(db(), case, page, form.submission, actor=current_actor())
    except Conflict:
        db().rollback()
        return see_other("intake.send", reference=case.reference)
    presenters.say_problems(form)
    presenters.say_needed(form, pack)
    if any(field.errors for field in form.fields):
        db().commit()
        return _show(case, page, form), 422
    link = settings().base_url + url_for("intake.task_list", reference=case.reference)
    services.send(db(), case, actor=current_actor(), link=link)
    db().commit()
    return see_other("intake.task_list", reference=case.reference)


def _show(case: Case, page: Page, form: PageForm) -> str:
    nodes = history.load(db(), case).get(page.section, [])
    return render_template(
        "intake/send.html",
        case=case,
        page=page,
        fields=form.fields,
        errors=presenters.errors(form.fields),
        seen=stored.seen(nodes, [item.link_id for item in page.items]),
    )


def _already_sent(case: Case) -> Answer:
    if request.method == "GET" and case.state is not CaseStatus.DRAFT:
        return see_other("intake.task_list", reference=case.reference)
    page = render_template("intake/already_sent.html", case=case, words=_("It was sent once, not twice."))
    close_session()
    return page, 409
