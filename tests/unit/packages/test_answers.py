"""Answers in words."""

from datetime import date

import pytest

from portal.packages.answers import age, groups, value_of, values, written_date


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"valueCoding": {"code": "x", "display": "Bones"}}, "Bones"),
        ({"valueCoding": {"code": "x"}}, "x"),
        ({"valueBoolean": False}, "No"),
        ({"valueInteger": 0}, "0"),
        ({"valueDate": "2024-03"}, "Mar 2024"),
        ({"valueString": "  two words "}, "two words"),
        ({"valueQuantity": {"value": 60, "unit": "kg"}}, "60 kg"),
        ({"extension": [{"url": "u", "valueCode": "asked-unknown"}]}, "patient does not know"),
        ({"_valueDate": {"extension": [{"valueCode": "asked-declined"}]}}, "patient prefers not to say"),
    ],
)
def test_each_kind_of_answer_has_words(answer: dict[str, object], text: str) -> None:
    value = value_of(answer)
    assert value is not None
    assert value.text == text


@pytest.mark.parametrize("answer", [{}, {"valueString": "  "}, {"valueCoding": {}}])
def test_a_blank_answer_is_none(answer: dict[str, object]) -> None:
    assert value_of(answer) is None


def test_only_typed_text_is_free() -> None:
    coded, typed = value_of({"valueCoding": {"code": "x", "display": "X"}}), value_of({"valueString": "X"})
    assert coded is not None
    assert typed is not None
    assert (coded.free, typed.free) == (False, True)


@pytest.mark.parametrize(
    ("value", "text"),
    [("2024", "2024"), ("2024-03-01", "1 Mar 2024"), ("2024-13", "2024-13"), ("soon", "soon"), ("", "")],
)
def test_dates_keep_their_precision(value: str, text: str) -> None:
    assert written_date(value) == text


@pytest.mark.parametrize(
    ("born", "years"),
    [("1969-11-24", 56), ("1969-11-23", 57), ("1969", 57), ("2027-01-01", None), ("", None), ("x", None)],
)
def test_age(born: str, years: int | None) -> None:
    assert age(born, date(2026, 11, 23)) == years


def test_answers_are_found_at_any_depth() -> None:
    items = [
        {"linkId": "g", "item": [{"linkId": "a", "answer": [{"valueInteger": 1}]}]},
        {"linkId": "g", "item": [{"linkId": "a", "answer": [{"valueInteger": 2}]}]},
        {"linkId": "q", "answer": [{"valueBoolean": True, "item": [{"linkId": "a", "answer": []}]}]},
    ]
    assert [value.text for value in values(items, "a")] == ["1", "2"]
    assert len(groups(items, "g")) == 2
