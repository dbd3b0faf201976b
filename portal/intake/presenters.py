"""What the pages of intake show, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from portal.cases.models import Case, CaseStatus
from portal.intake.forms import Field, PageForm
from portal.intake.progress import Progress, TaskState
from portal.intake.recent import Recent
from portal.intake.words import TASK_STATES, problem_words, status_words
from portal.knowledge import loader
from portal.knowledge.pack import Pack, Page
from portal.knowledge.questionnaire import Item, ItemType
from portal.knowledge.told import Missing, Scope, Told
from portal.knowledge.wording import Entries, Row, SectionTold, entry_rows, sections_told, words_of

CHECK = "check"
_bodies: Recent[Markup] = Recent(512)


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A line of the task list."""

    title: str
    hint: str
    href: str
    status: str
    started: bool
    done: bool


def tasks(case: Case, progress: Progress) -> list[TaskLine]:
    """The lines of the task list that come from the questionnaire."""
    lines = []
    for task in loader.pack(case.pack, case.pack_version).tasks:
        state = progress.tasks[task.key]
        href = url_for("intake.task", reference=case.reference, key=task.key)
        started, done = state is not TaskState.NOT_STARTED, state is TaskState.DONE
        lines.append(TaskLine(task.title, task.hint, href, str(TASK_STATES[state]), started, done))
    return lines


def task_list(
    case: Case,
    progress: Progress | None,
    *,
    reports: int,
    own: bool,
    may_withdraw: bool,
    may_read_opinion: bool,
) -> Markup:
    """The body of the task list; rendered once for each state of things, for it is opened again and again."""
    states = (tuple(progress.tasks.values()), progress.urgent) if progress else None
    where = (case.reference, case.status, case.submitted_at, case.pack, case.pack_version)
    key = (str(get_locale()), where, states, reports, own, may_withdraw, may_read_opinion)

    def render() -> Markup:
        headline, what_next = status_words(case.state)
        return Markup(  # noqa: S704 - our own template, escaped there
            render_template(
                "intake/task_list_body.html",
                case=case,
                draft=case.state is CaseStatus.DRAFT,
                headline=headline,
                what_next=what_next,
                tasks=tasks(case, progress) if progress else [],
                done=progress.done if progress else 0,
                urgent=progress is not None and progress.urgent,
                reports=reports,
                own=own,
                may_withdraw=may_withdraw,
                may_read_opinion=may_read_opinion,
            )
        )

    return _bodies.get(key, render)


def page_url(case: Case, page: Page, then: str = "") -> str:
    """The address of a page of the history."""
    return url_for(
        "intake.page",
        reference=case.reference,
        section=page.section_slug,
        page=page.slug,
        then=then or None,
    )


def step_url(case: Case, page: Page, number: int, step: Page, then: str = "") -> str:
    """The address of one step of an entry."""
    return url_for(
        "intake.step",
        reference=case.reference,
        section=page.section_slug,
        page=page.slug,
        number=number,
        step=step.slug,
        then=then or None,
    )


@dataclass(frozen=True, slots=True)
class MissingLine:
    """A required question without an answer and where to answer it."""

    text: str
    href: str


def missing_lines(pack: Pack, case: Case, missing: Sequence[Missing]) -> list[MissingLine]:
    """What has to be answered before sending."""
    lines = []
    for each in missing:
        page = pack.page_of(each.item.link_id)
        if page is None or page.section == pack.sending_section:
            continue
        if each.entry is None:
            lines.append(MissingLine(each.item.text, page_url(case, page, CHECK)))
            continue
        step = next(s for s in page.steps if each.item in s.items)
        text = _(
            "%(one)s %(number)s: %(question)s", one=page.one, number=each.entry + 1, question=each.item.text
        )
        lines.append(MissingLine(text, step_url(case, page, each.entry, step, CHECK)))
    return lines


def told_sections(pack: Pack, case: Case, told: Told, *, editable: bool) -> list[dict[str, object]]:
    """Everything told, section by section, with links to change it while that is possible."""
    return [
        {"title": section.title, "rows": list(_rows(pack, case, section, editable))}
        for section in sections_told(told)
        if section.link_id != pack.sending_section
    ]


def _rows(pack: Pack, case: Case, section: SectionTold, editable: bool) -> list[Mapping[str, object]]:
    rows: list[Mapping[str, object]] = []
    for row in section.rows:
        page = pack.page_of(row.item.link_id)
        href = page_url(case, page, CHECK) if editable and page else None
        value = entries_words(row) if isinstance(row, Entries) else "\n".join(row.words)
        rows.append({"key": row.question, "value": value, "href": href})
    return rows


def entries_words(row: Entries) -> str:
    """Each entry of a repeating group on lines of its own."""
    return "\n\n".join(entry_words(entry) for entry in row.entries)


def entry_words(rows: Sequence[Row]) -> str:
    """One entry: a line for each question that was answered."""
    return "\n".join(f"{_asked(row.question)} {', '.join(row.words)}" for row in rows if row.words)


def _asked(question: str) -> str:
    """The words before an answer on the same line."""
    return question if question.endswith(("?", ".")) else f"{question}:"


def entry_label(page: Page, rows: Sequence[Row], number: int) -> str:
    """What tells this entry from the others."""
    words = [", ".join(row.words) for row in rows if row.item.link_id in page.label and row.words]
    return " · ".join(words) or f"{page.one} {number + 1}"


def entry_lines(
    case: Case, page: Page, told: Told, held: Sequence[Scope], then: str
) -> list[dict[str, object]]:
    """The entries of a group as a list with links to change and remove each."""
    group = page.group
    if group is None:
        return []
    lines = []
    for number, scope in enumerate(held):
        rows = entry_rows(told, group, scope)
        change = step_url(case, page, number, page.steps[0], then)
        lines.append(
            {
                "title": entry_label(page, rows, number),
                "change": change,
                "remove": change.replace(f"/{number}/{page.steps[0].slug}", f"/{number}/remove"),
                "missing": any(row.required and not row.words for row in rows),
            }
        )
    return lines


def intro(section: Item) -> str:
    """What a section says before its first question."""
    return " ".join(item.text for item in section.items if item.type is ItemType.DISPLAY)


def errors(fields: Sequence[Field]) -> list[dict[str, str]]:
    """The errors of a page for its summary."""
    return [{"text": words, "href": f"#{field.id}"} for field in fields for words in field.errors]


def say_problems(form: PageForm) -> None:
    """Put what is wrong beside each question."""
    for field in form.fields:
        result = form.problems.get(field.id)
        if result and result.problem:
            field.errors = [problem_words(field.item, result.problem)]


def say_needed(form: PageForm, pack: Pack) -> None:
    """Say which answers sending needs."""
    for field in form.fields:
        needed = pack.sending_needed.get(field.id)
        if needed is None or field.errors or needed in field.values:
            continue
        option = field.item.option(needed)
        label = option.display if option else needed
        field.errors = [
            _(
                "%(question)s We can only send the case with “%(answer)s”.",
                question=field.item.text,
                answer=label,
            )
        ]


def say_elsewhere(form: PageForm, told: Told, scope: Scope | None) -> None:
    """Put what was saved elsewhere beside what was typed here."""
    for field in form.fields:
        words = [words_of(field.item, answer) for answer in told.answers_to(field.id, scope)]
        field.elsewhere = ", ".join(words) or _("No answer")
