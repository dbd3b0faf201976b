"""Which questions are asked: every operator, any and all, entries, hidden answers."""

from typing import Any

import pytest

from portal.knowledge.told import Told, enabled, missing_required
from tests.unit.knowledge.samples import choice, chose, group, item, questionnaire, told, when

Json = dict[str, Any]
CASES: list[tuple[str, Json, list[Json], bool]] = [
    ("choice", when("a", "=", code="yes"), [], False),
    ("choice", when("a", "!=", code="yes"), [], True),
    ("choice", when("a", "exists", answerBoolean=True), [], False),
    ("choice", when("a", "exists", answerBoolean=False), [], True),
    ("choice", when("a", "=", code="yes"), [chose("a", "yes")], True),
    ("choice", when("a", "=", code="yes"), [chose("a", "no")], False),
    ("choice", when("a", "!=", code="yes"), [chose("a", "yes")], False),
    ("choice", when("a", "=", code="yes"), [chose("a", "no", "yes")], True),
    ("choice", when("a", "!=", code="yes"), [chose("a", "no", "yes")], False),
    ("integer", when("a", ">", answerInteger=3), [told("a", {"valueInteger": 4})], True),
    ("integer", when("a", ">", answerInteger=3), [told("a", {"valueInteger": 3})], False),
    ("integer", when("a", ">=", answerInteger=3), [told("a", {"valueInteger": 3})], True),
    ("integer", when("a", "<", answerInteger=3), [], False),
    ("decimal", when("a", "<=", answerDecimal=2.5), [told("a", {"valueDecimal": 2.5})], True),
    ("date", when("a", "<", answerDate="2024-05"), [told("a", {"valueDate": "2024-04-30"})], True),
    ("date", when("a", "<", answerDate="2024-05"), [told("a", {"valueDate": "2024"})], False),
    ("date", when("a", ">=", answerDate="2024-05"), [told("a", {"valueDate": "2024-05"})], True),
    ("date", when("a", "=", answerDate="2024"), [told("a", {"valueDate": "2024-05"})], False),
    ("boolean", when("a", "=", answerBoolean=True), [told("a", {"valueBoolean": True})], True),
    ("boolean", when("a", "!=", answerBoolean=True), [told("a", {"valueBoolean": False})], True),
    ("string", when("a", "=", answerString="x"), [told("a", {"valueString": "x"})], True),
    ("string", when("a", "=", answerInteger=1), [told("a", {"valueString": "1"})], False),
]


@pytest.mark.parametrize(("kind", "condition", "answers", "asked"), CASES)
def test_an_operator(kind: str, condition: Json, answers: list[Json], asked: bool) -> None:
    first = choice("a") if kind == "choice" else item("a", kind)
    form = questionnaire(first, item("b", "text", enableWhen=[condition]))
    assert ("b" in enabled(form, {"s": answers})) is asked


@pytest.mark.parametrize(("behavior", "asked"), [("any", True), ("all", False)])
def test_any_and_all(behavior: str, asked: bool) -> None:
    conditions = [when("a", "=", code="yes"), when("a", "=", code="no")]
    form = questionnaire(choice("a"), item("b", "text", enableWhen=conditions, enableBehavior=behavior))
    assert ("b" in enabled(form, {"s": [chose("a", "yes")]})) is asked


def test_a_hidden_question_counts_as_unanswered() -> None:
    form = questionnaire(
        choice("a"),
        choice("b", enableWhen=[when("a", "=", code="yes")]),
        item("c", "text", enableWhen=[when("b", "=", code="yes")]),
        item("d", "text", enableWhen=[when("b", "!=", code="yes")]),
    )
    shown = enabled(form, {"s": [chose("a", "no"), chose("b", "yes")]})
    assert "c" not in shown
    assert "d" in shown


def test_a_hidden_group_hides_what_is_in_it() -> None:
    inner = item("c", "text", required=True)
    form = questionnaire(choice("a"), group("g", inner, enableWhen=[when("a", "=", code="yes")]))
    assert "c" not in enabled(form, {})
    assert missing_required(form, {}) == []


def test_in_a_repeating_group_each_entry_decides_for_itself() -> None:
    follow_up = item("why", "text", required=True, enableWhen=[when("still", "=", code="no")])
    form = questionnaire(group("g", choice("still"), follow_up, repeats=True))
    entries = [{"linkId": "g", "item": [chose("still", code)]} for code in ("yes", "no")]
    missing = missing_required(form, {"s": entries})
    assert [(each.item.link_id, each.entry) for each in missing] == [("why", 1)]


def test_from_outside_a_group_all_its_entries_count() -> None:
    after = item("b", "text", enableWhen=[when("a", "=", code="yes")])
    form = questionnaire(group("g", choice("a"), repeats=True), after)
    entries = [{"linkId": "g", "item": [chose("a", code)]} for code in ("no", "yes")]
    assert "b" in enabled(form, {"s": entries})
    assert "b" not in enabled(form, {"s": entries[:1]})


def test_an_entry_sees_questions_outside_its_group() -> None:
    inner = item("b", "text", required=True, enableWhen=[when("a", "=", code="yes")])
    form = questionnaire(choice("a"), group("g", inner, item("c", "text"), repeats=True))
    entry = {"linkId": "g", "item": [told("c", {"valueString": "x"})]}
    assert len(missing_required(form, {"s": [chose("a", "yes"), entry]})) == 1
    assert missing_required(form, {"s": [chose("a", "no"), entry]}) == []


def test_saying_i_do_not_know_is_an_answer_but_equals_nothing() -> None:
    form = questionnaire(
        item("a", "date", required=True),
        item("b", "text", enableWhen=[when("a", "exists", answerBoolean=True)]),
        item("c", "text", enableWhen=[when("a", "<", answerDate="2030")]),
    )
    unknown = told("a", {"_valueDate": {"extension": [{"url": "x", "valueCode": "asked-unknown"}]}})
    asked = Told(form, {"s": [unknown]})
    assert asked.missing() == []
    assert asked.enabled("b")
    assert not asked.enabled("c")


def test_a_required_group_needs_an_entry() -> None:
    form = questionnaire(group("g", item("a", "text"), repeats=True, required=True))
    assert [each.item.link_id for each in missing_required(form, {})] == ["g"]
