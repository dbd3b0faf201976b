"""Answers replaced page by page, the order of pages, and progress. No database, no request."""

from portal.intake import journey
from portal.intake.answers import entries, replaced, seen, with_entry, without_entry
from portal.intake.progress import TaskState, progress, work_out
from portal.knowledge import loader
from portal.knowledge.told import Told
from tests.unit.knowledge.samples import choice, chose, group, item, questionnaire, told

PACK = loader.pack()
FORM = questionnaire(choice("a"), item("b", "text"), group("g", item("c", "text"), repeats=True), choice("d"))
SECTION, GROUP = FORM.sections[0], FORM.by_id["g"]
TEXT = {"valueString": "x"}


def test_answers_of_other_pages_are_kept_in_the_order_of_the_questions() -> None:
    nodes = [chose("d", "yes"), {"linkId": "g", "item": [told("c", TEXT)]}, chose("a", "no")]
    after = replaced(SECTION, nodes, {"b": [TEXT], "a": []})
    assert [node["linkId"] for node in after] == ["b", "g", "d"]


def test_entries_are_added_changed_and_removed() -> None:
    nodes = with_entry(SECTION, [chose("d", "yes")], GROUP, 0, {"c": [TEXT]})
    nodes = with_entry(SECTION, nodes, GROUP, 1, {"c": [{"valueString": "y"}]})
    nodes = with_entry(SECTION, nodes, GROUP, 0, {"c": [{"valueString": "z"}]})
    assert [node["item"][0]["answer"][0]["valueString"] for node in entries(nodes, GROUP)] == ["z", "y"]
    assert [node["linkId"] for node in nodes] == ["g", "g", "d"]
    left = without_entry(SECTION, nodes, GROUP, 0)
    assert [node["item"][0]["answer"][0]["valueString"] for node in entries(left, GROUP)] == ["y"]


def test_an_entry_without_a_word_is_not_kept() -> None:
    assert with_entry(SECTION, [], GROUP, 0, {"c": []}) == []


def test_what_was_seen_changes_only_with_these_questions() -> None:
    nodes = [chose("a", "no"), told("b", TEXT)]
    assert seen(nodes, ["a"]) == seen([chose("a", "no"), told("b", {"valueString": "other"})], ["a"])
    assert seen(nodes, ["a"]) != seen([chose("a", "yes")], ["a"])


def test_pages_follow_each_other_and_closed_ones_are_passed_over() -> None:
    empty = Told(PACK.questionnaire, {})
    for task in PACK.tasks:
        pages = list(journey.open_pages(PACK, empty, task))
        before, after = journey.neighbours(PACK, empty, pages[0])
        assert before is None
        assert after == (pages[1] if len(pages) > 1 else None)
        assert journey.neighbours(PACK, empty, pages[-1])[1] is None


def test_progress_knows_three_states() -> None:
    task = PACK.tasks[-1]
    [asked] = [each for each in PACK.questionnaire.by_id[task.sections[0]].items if each.required]
    empty = work_out(PACK, Told(PACK.questionnaire, {}))
    assert set(empty.tasks.values()) == {TaskState.NOT_STARTED}
    full = work_out(PACK, Told(PACK.questionnaire, {task.sections[0]: [told(asked.link_id, TEXT)]}))
    assert full.tasks[task.key] is TaskState.DONE
    assert full.done == 1
    first = PACK.questionnaire.by_id[PACK.facts.name]
    some = work_out(PACK, Told(PACK.questionnaire, {"sec.A": [told(first.link_id, TEXT)]}))
    assert some.tasks[PACK.tasks[0].key] is TaskState.IN_PROGRESS


def test_progress_is_worked_out_once_for_each_state_of_the_answers() -> None:
    loads = []

    def load() -> dict[str, list[dict[str, object]]]:
        loads.append(1)
        return {}

    for versions in ({"s": 1}, {"s": 1}, {"s": 2}):
        progress(PACK, "case-of-this-test", versions, load)
    assert len(loads) == 2
