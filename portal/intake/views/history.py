"""The pages of the history: a few questions each, saved on every step."""

from collections.abc import Mapping, Sequence

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.cases import history
from portal.cases.models import Case
from portal.core.access import requires
from portal.core.errors import Conflict, NotFound
from portal.core.permissions import Permission
from portal.core.web import close_session, current_actor, db
from portal.intake import answers as stored
from portal.intake import journey, presenters, services
from portal.intake.answers import Node
from portal.intake.forms import Field, PageForm, read_page, stored_field
from portal.intake.views.blueprint import blueprint, reach_history
from portal.knowledge.facts import urgent_answers
from portal.knowledge.pack import Pack, Page
from portal.knowledge.questionnaire import Item
from portal.knowledge.told import Scope, Told

Answer = str | Response | tuple[str, int]
CONFLICT = 409
INVALID = 422


def find_page(pack: Pack, section: str, slug: str) -> Page:
    """The page at this address; those of the sending section are asked when sending."""
    page = pack.page(section, slug)
    if page is None or page.section == pack.sending_section:
        raise NotFound
    return page


def tell(case: Case) -> Told:
    """Everything told on the case so far."""
    return Told(services.pack_of(case).questionnaire, history.load(db(), case))


def help_of(pack: Pack) -> Mapping[str, str]:
    """The help under each question."""
    return {link_id: note.help for link_id, note in pack.notes.items()}


def then() -> str:
    """Where the person came from to change an answer."""
    return presenters.CHECK if request.values.get("then") == presenters.CHECK else ""


def note_read(case: Case, section: str) -> None:
    """Answers were shown: one row of the trail."""
    services.note_read(db(), case, section, actor=current_actor())
    db().commit()


@blueprint.get("/cases/<reference>/history/<section>/<page>")
@requires(Permission.CASE_OWN, records_read=True)
def page(reference: str, section: str, page: str) -> Answer:
    """A page of the history, with what was told so far."""
    case = reach_history(reference)
    pack = services.pack_of(case)
    asked = find_page(pack, section, page)
    told = tell(case)
    note_read(case, asked.section)
    if asked.group:
        return render_template("intake/entries.html", **entries_context(case, asked, told))
    items = journey.shown(told, asked)
    if not items:
        after = journey.neighbours(pack, told, asked)[1]
        return redirect(_onward(case, after), code=303)
    notes = help_of(pack)
    fields = [stored_field(i, told.answers_to(i.link_id), notes.get(i.link_id, "")) for i in items]
    return _show(case, asked, told, fields, seen=_seen(history.load(db(), case), asked, items))


def _seen(answers: Mapping[str, Sequence[Node]], asked: Page, items: Sequence[Item]) -> str:
    return stored.seen(answers.get(asked.section, ()), [item.link_id for item in items])


def entries_context(case: Case, asked: Page, told: Told) -> dict[str, object]:
    """What the list of entries of a repeating group shows."""
    pack = services.pack_of(case)
    before, after = journey.neighbours(pack, told, asked)
    held = told.entries_of(asked.group.link_id) if asked.group else []
    return {
        "case": case,
        "page": asked,
        "task": pack.task_of(asked.section),
        "back": presenters.page_url(case, before) if before else None,
        "onward": _onward(case, after),
        "add": presenters.step_url(case, asked, len(held), asked.steps[0], then()),
        "rows": presenters.entry_lines(case, asked, told, held, then()),
    }


def _onward(case: Case, after: Page | None) -> str:
    if then():
        return url_for("intake.check", reference=case.reference)
    if after is not None:
        return presenters.page_url(case, after)
    return url_for("intake.task_list", reference=case.reference)


def _show(
    case: Case, asked: Page, told: Told, fields: list[Field], *, seen: str, conflict: bool = False
) -> str:
    pack = services.pack_of(case)
    before = journey.neighbours(pack, told, asked)[0]
    back = presenters.page_url(case, before) if before else None
    section = pack.questionnaire.by_id[asked.section]
    return render_template(
        "intake/page.html",
        case=case,
        page=asked,
        heading=asked.title,
        task=pack.task_of(asked.section),
        intro=presenters.intro(section) if asked is pack.pages[asked.section][0] else "",
        fields=fields,
        errors=presenters.errors(fields),
        back=url_for("intake.check", reference=case.reference) if then() else back,
        seen=seen,
        conflict=conflict,
    )


@blueprint.post("/cases/<reference>/history/<section>/<page>")
@requires(Permission.CASE_OWN)
def save(reference: str, section: str, page: str) -> Answer:
    """Keep what can be kept, show what cannot, and go on."""
    case = reach_history(reference)
    pack = services.pack_of(case)
    asked = find_page(pack, section, page)
    form = read_page(asked.items, request.form, help_of(pack))
    try:
        services.save_page(db(), case, asked, form.submission, actor=current_actor())
    except Conflict:
        return _changed_elsewhere(reference, asked, form)
    db().commit()
    told = tell(case)
    if form.problems:
        presenters.say_problems(form)
        fresh = _seen(history.load(db(), case), asked, [field.item for field in form.fields])
        return _show(case, asked, told, form.fields, seen=fresh), INVALID
    return redirect(_after_saving(case, pack, asked, told), code=303)


def _changed_elsewhere(reference: str, asked: Page, form: PageForm) -> Answer:
    """Somebody changed the same answers: nothing is overwritten, both versions are shown."""
    close_session()
    case = reach_history(reference)
    told = tell(case)
    presenters.say_elsewhere(form, told, None)
    fresh = _seen(history.load(db(), case), asked, [field.item for field in form.fields])
    return _show(case, asked, told, form.fields, seen=fresh, conflict=True), CONFLICT


def _after_saving(case: Case, pack: Pack, asked: Page, told: Told) -> str:
    if "more" in request.form:
        return presenters.page_url(case, asked, then())
    is_urgent = any(item.link_id == pack.urgent_question for item in asked.items)
    if is_urgent and urgent_answers(pack, told):
        return url_for("intake.call_now", reference=case.reference)
    if "later" in request.form:
        return url_for("intake.task_list", reference=case.reference)
    return _onward(case, journey.neighbours(pack, told, asked)[1])


def scope_of(told: Told, asked: Page, number: int) -> Scope:
    """One entry of the page's group; the number after the last one is a new, empty entry."""
    if asked.group is None:
        raise NotFound
    held = told.entries_of(asked.group.link_id)
    if number > len(held):
        raise NotFound
    return held[number] if number < len(held) else Scope(group=asked.group.link_id, parent=told.root)


def title_of(asked: Page, number: int) -> str:
    """Which entry this is."""
    return f"{asked.one} {number + 1}"
