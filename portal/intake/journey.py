"""Which page comes before and after which, given what was told. Pure."""

from collections.abc import Iterator

from portal.knowledge.pack import Pack, Page, Task
from portal.knowledge.questionnaire import Item
from portal.knowledge.told import Scope, Told


def shown(told: Told, page: Page, scope: Scope | None = None) -> list[Item]:
    """The questions of a page that are asked now."""
    return [item for item in page.items if told.enabled(item.link_id, scope)]


def is_open(told: Told, page: Page) -> bool:
    """Whether anything on the page is asked now."""
    return told.enabled(page.group.link_id) if page.group else bool(shown(told, page))


def open_pages(pack: Pack, told: Told, task: Task) -> Iterator[Page]:
    """The pages of a task that have something to ask, in order."""
    for section in task.sections:
        for page in pack.pages[section]:
            if is_open(told, page):
                yield page


def neighbours(pack: Pack, told: Told, page: Page) -> tuple[Page | None, Page | None]:
    """The pages to ask before and after ``page`` within its task; it need not be open itself."""
    task = pack.task_of(page.section)
    if task is None:
        return None, None
    order = [each for section in task.sections for each in pack.pages[section]]
    place = order.index(page)
    before = next((each for each in reversed(order[:place]) if is_open(told, each)), None)
    after = next((each for each in order[place + 1 :] if is_open(told, each)), None)
    return before, after


def step_after(told: Told, page: Page, step: Page, scope: Scope) -> Page | None:
    """The next step of one entry that has something to ask."""
    place = page.steps.index(step)
    return next((each for each in page.steps[place + 1 :] if shown(told, each, scope)), None)


def step_before(told: Told, page: Page, step: Page, scope: Scope) -> Page | None:
    """The step before, of the same entry."""
    place = page.steps.index(step)
    return next((each for each in reversed(page.steps[:place]) if shown(told, each, scope)), None)
