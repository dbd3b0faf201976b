"""Entries of a repeating group: each is asked in steps, added, changed and removed without JavaScript."""

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
from portal.intake.forms import EmptyForm, Field, PageForm, read_page, stored_field
from portal.intake.views.blueprint import blueprint, reach_history
from portal.intake.views.history import (
    CONFLICT,
    INVALID,
    Answer,
    find_page,
    help_of,
    note_read,
    scope_of,
    tell,
    then,
    title_of,
)
from portal.knowledge.pack import Pack, Page
from portal.knowledge.told import Told
from portal.knowledge.wording import entry_rows

ENTRY = "/cases/<reference>/history/<section>/<page>/<int:number>"


def find_step(pack: Pack, section: str, slug: str, step: str) -> tuple[Page, Page]:
    """The page of a group and one of its steps."""
    asked = find_page(pack, section, slug)
    found = next((each for each in asked.steps if each.slug == step), None)
    if found is None:
        raise NotFound
    return asked, found


@blueprint.get(f"{ENTRY}/<step>")
@requires(Permission.CASE_OWN, records_read=True)
def step(reference: str, section: str, page: str, number: int, step: str) -> Answer:
    """A few questions about one entry."""
    case = reach_history(reference)
    pack = services.pack_of(case)
    asked, part = find_step(pack, section, page, step)
    told = tell(case)
    scope = scope_of(told, asked, number)
    note_read(case, asked.section)
    items = journey.shown(told, part, scope)
    notes = help_of(pack)
    fields = [stored_field(i, told.answers_to(i.link_id, scope), notes.get(i.link_id, "")) for i in items]
    if not fields:
        return redirect(presenters.page_url(case, asked, then()), code=303)
    return _show(case, asked, part, number, told=told, fields=fields)


def _show(
    case: Case,
    asked: Page,
    part: Page,
    number: int,
    *,
    told: Told,
    fields: list[Field],
    conflict: bool = False,
) -> str:
    before = journey.step_before(told, asked, part, scope_of(told, asked, number))
    back = (
        presenters.step_url(case, asked, number, before, then())
        if before
        else presenters.page_url(case, asked, then())
    )
    return render_template(
        "intake/page.html",
        case=case,
        page=part,
        heading=part.title,
        entry=title_of(asked, number),
        task=services.pack_of(case).task_of(asked.section),
        fields=fields,
        errors=presenters.errors(fields),
        back=back,
        seen=_seen(case, asked, number, [field.id for field in fields]),
        conflict=conflict,
    )


def _seen(case: Case, asked: Page, number: int, link_ids: list[str]) -> str:
    nodes = history.load(db(), case).get(asked.section, [])
    held = stored.entries(nodes, asked.group) if asked.group else []
    return stored.seen(held[number]["item"] if number < len(held) else (), link_ids)


@blueprint.post(f"{ENTRY}/<step>")
@requires(Permission.CASE_OWN)
def save_step(reference: str, section: str, page: str, number: int, step: str) -> Answer:
    """Keep what can be kept of this step and go on to the next."""
    case = reach_history(reference)
    pack = services.pack_of(case)
    asked, part = find_step(pack, section, page, step)
    form = read_page(part.items, request.form, help_of(pack))
    try:
        services.save_entry(db(), case, asked, number, form.submission, actor=current_actor())
    except Conflict:
        return _changed_elsewhere(reference, asked, part, number, form)
    db().commit()
    told = tell(case)
    if form.problems:
        presenters.say_problems(form)
        return _show(case, asked, part, number, told=told, fields=form.fields), INVALID
    held = told.entries_of(asked.group.link_id) if asked.group else []
    after = journey.step_after(told, asked, part, held[number]) if number < len(held) else None
    if after is None or "later" in request.form:
        return redirect(presenters.page_url(case, asked, then()), code=303)
    return redirect(presenters.step_url(case, asked, number, after, then()), code=303)


def _changed_elsewhere(reference: str, asked: Page, part: Page, number: int, form: PageForm) -> Answer:
    close_session()
    case = reach_history(reference)
    told = tell(case)
    held = told.entries_of(asked.group.link_id) if asked.group else []
    if number > len(held):
        return redirect(presenters.page_url(case, asked, then()), code=303)
    presenters.say_elsewhere(form, told, scope_of(told, asked, number))
    return _show(case, asked, part, number, told=told, fields=form.fields, conflict=True), CONFLICT


@blueprint.get(f"{ENTRY}/remove")
@requires(Permission.CASE_OWN, records_read=True)
def remove(reference: str, section: str, page: str, number: int) -> str:
    """Ask before an entry is removed."""
    case = reach_history(reference)
    asked = find_page(services.pack_of(case), section, page)
    told = tell(case)
    held = told.entries_of(asked.group.link_id) if asked.group else []
    if asked.group is None or number >= len(held):
        raise NotFound
    note_read(case, asked.section)
    return render_template(
        "intake/remove.html",
        case=case,
        page=asked,
        entry=title_of(asked, number),
        words=presenters.entry_words(entry_rows(told, asked.group, held[number])),
        back=presenters.page_url(case, asked, then()),
        seen=_seen(case, asked, number, [item.link_id for item in asked.group.items]),
        form=EmptyForm(),
    )


@blueprint.post(f"{ENTRY}/remove")
@requires(Permission.CASE_OWN)
def confirm_remove(reference: str, section: str, page: str, number: int) -> Response:
    """Remove the entry that was shown."""
    case = reach_history(reference)
    asked = find_page(services.pack_of(case), section, page)
    seen = request.form.get("seen", "")
    services.remove_entry(db(), case, asked, number, seen_before=seen, actor=current_actor())
    db().commit()
    return redirect(
        url_for("intake.page", reference=reference, section=section, page=page, then=then() or None), code=303
    )
