"""The pages of each section, from data: no question is lost, and none depends on its own page."""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.knowledge.errors import KnowledgeError
from portal.knowledge.pack import Page
from portal.knowledge.questionnaire import Item, ItemType, Questionnaire

MOST_ON_A_PAGE = 4


def pages(questionnaire: Questionnaire, data: Mapping[str, Any]) -> dict[str, tuple[Page, ...]]:
    """The pages of every section, in order; raises :class:`KnowledgeError` where the data does not fit."""
    found: dict[str, tuple[Page, ...]] = {}
    for section in questionnaire.sections:
        if section.link_id not in data:
            raise KnowledgeError(f"{section.link_id}: no pages")
        node = data[section.link_id]
        made = tuple(_page(questionnaire, section, node["slug"], row) for row in node["pages"])
        _check_complete(section, [link_id for page in made for link_id in _asked(page)], _to_ask(section))
        _check_slugs(section.link_id, [page.slug for page in made])
        found[section.link_id] = made
    _check_slugs("sections", [data[section]["slug"] for section in found])
    return found


def _page(questionnaire: Questionnaire, section: Item, slug: str, row: Mapping[str, Any]) -> Page:
    group = _known(questionnaire, row["group"]) if "group" in row else None
    page = Page(
        section=section.link_id,
        section_slug=slug,
        slug=row["slug"],
        title=row["title"],
        items=tuple(_known(questionnaire, link_id) for link_id in row.get("items", ())),
        why=row.get("why", ""),
        group=group,
        one=row.get("one", ""),
        label=tuple(row.get("label", ())),
        steps=tuple(_page(questionnaire, section, slug, step) for step in row.get("steps", ())),
    )
    _check_page(page)
    if group is not None:
        asked = [item.link_id for step in page.steps for item in step.items]
        _check_complete(group, asked, [item.link_id for item in group.items if item.type.asks])
        _check_slugs(group.link_id, [step.slug for step in page.steps])
    return page


def _known(questionnaire: Questionnaire, link_id: str) -> Item:
    item = questionnaire.by_id.get(link_id)
    if item is None:
        raise KnowledgeError(f"pages: {link_id} is not a question")
    return item


def _check_page(page: Page) -> None:
    if bool(page.items) == bool(page.group):
        raise KnowledgeError(f"page {page.slug}: either items or one repeating group")
    if len(page.items) > MOST_ON_A_PAGE:
        raise KnowledgeError(f"page {page.slug}: at most {MOST_ON_A_PAGE} questions")
    if page.group and (not page.steps or not page.one):
        raise KnowledgeError(f"page {page.slug}: a repeating group needs steps and a name for one entry")
    here = {item.link_id for item in page.items}
    for item in page.items:
        for condition in item.conditions:
            if condition.question in here:
                raise KnowledgeError(f"{item.link_id}: cannot hang on {condition.question} of the same page")


def _asked(page: Page) -> Iterator[str]:
    if page.group:
        yield page.group.link_id
    yield from (item.link_id for item in page.items)


def _to_ask(section: Item) -> list[str]:
    return [item.link_id for item in section.items if item.type is not ItemType.DISPLAY]


def _check_complete(holder: Item, asked: list[str], there: list[str]) -> None:
    if asked != there:
        differ = sorted(set(asked) ^ set(there)) or "their order"
        raise KnowledgeError(f"{holder.link_id}: pages and questions differ: {differ}")


def _check_slugs(where: str, slugs: list[str]) -> None:
    if len(set(slugs)) != len(slugs):
        raise KnowledgeError(f"{where}: two pages have the same address")
