"""What is typed becomes answers, or a problem that can be named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.knowledge.checking import DateParts, ProblemKind, Raw, absent, absent_reason, validate
from portal.knowledge.parsing import (
    ABSENT,
    ENTRY_FORMAT,
    EXCLUSIVE,
    EXPRESSION,
    MAX_OCCURS,
    MAX_VALUE,
    MIN_VALUE,
)
from tests.unit.knowledge.samples import choice, coding, item, one

TODAY = date(2026, 11, 23)
FULL = {"url": ENTRY_FORMAT, "valueString": "YYYY-MM-DD"}
MONTH = {"url": ENTRY_FORMAT, "valueString": "YYYY-MM"}
NOT_FUTURE = {
    "url": MAX_VALUE,
    "_valueDate": {"extension": [{"url": EXPRESSION, "valueExpression": {"expression": "today()"}}]},
}
EXCLUDING = [
    {"valueCoding": coding("a")},
    {"valueCoding": coding("none"), "extension": [{"url": EXCLUSIVE, "valueBoolean": True}]},
]
PROBLEMS: list[tuple[dict[str, object], Raw, ProblemKind]] = [
    (choice("q"), "maybe", ProblemKind.NO_SUCH_OPTION),
    (choice("q"), ["yes", "no"], ProblemKind.ONLY_ONE),
    (
        choice("q", repeats=True, extension=[{"url": MAX_OCCURS, "valueInteger": 2}]),
        ["yes", "no", "dk"],
        ProblemKind.TOO_MANY,
    ),
    (item("q", "choice", repeats=True, answerOption=EXCLUDING), ["a", "none"], ProblemKind.EXCLUSIVE),
    (item("q", "text"), "x" * 10_001, ProblemKind.TOO_LONG),
    (item("q", "string", maxLength=5), "abcdef", ProblemKind.TOO_LONG),
    (item("q", "integer"), "many", ProblemKind.NOT_A_NUMBER),
    (item("q", "integer"), "NaN", ProblemKind.NOT_A_NUMBER),
    (item("q", "integer"), "1e999999", ProblemKind.NOT_A_NUMBER),
    (item("q", "integer"), "2.5", ProblemKind.NOT_WHOLE),
    (item("q", "integer"), "99999999999", ProblemKind.TOO_LARGE),
    (item("q", "integer", extension=[{"url": MAX_VALUE, "valueInteger": 10}]), "11", ProblemKind.TOO_LARGE),
    (item("q", "integer", extension=[{"url": MIN_VALUE, "valueInteger": 0}]), "-1", ProblemKind.TOO_SMALL),
    (item("q", "boolean"), "perhaps", ProblemKind.NO_SUCH_OPTION),
    (item("q", "date"), "2023-02-30", ProblemKind.NO_SUCH_DATE),
    (item("q", "date"), "2023-13", ProblemKind.NO_SUCH_DATE),
    (item("q", "date"), "soon", ProblemKind.NO_SUCH_DATE),
    (item("q", "date"), DateParts("2023", "", "4"), ProblemKind.MONTH_MISSING),
    (item("q", "date"), DateParts("", "4", ""), ProblemKind.YEAR_MISSING),
    (item("q", "date"), DateParts("23", "4", ""), ProblemKind.YEAR_RANGE),
    (item("q", "date"), DateParts("٢٠٢٣", "4", ""), ProblemKind.NO_SUCH_DATE),
    (item("q", "date", extension=[FULL]), "2023-04", ProblemKind.DAY_MISSING),
    (item("q", "date", extension=[FULL]), "2023", ProblemKind.MONTH_MISSING),
    (item("q", "date", extension=[MONTH]), "2023-04-05", ProblemKind.NO_SUCH_DATE),
    (item("q", "date", extension=[NOT_FUTURE]), "2026-12", ProblemKind.FUTURE),
    (item("q", "date", extension=[NOT_FUTURE]), "2026-11-24", ProblemKind.FUTURE),
]


@pytest.mark.parametrize(("node", "raw", "kind"), PROBLEMS)
def test_a_problem_is_named_and_nothing_is_answered(
    node: dict[str, object], raw: Raw, kind: ProblemKind
) -> None:
    result = validate(one(node), raw, today=TODAY)
    assert result.problem is not None
    assert result.problem.kind is kind
    assert result.answers == ()


GOOD: list[tuple[dict[str, object], Raw, list[dict[str, object]]]] = [
    (item("q", "date"), "2023", [{"valueDate": "2023"}]),
    (item("q", "date"), "2023-4", [{"valueDate": "2023-04"}]),
    (item("q", "date"), DateParts("2024", "2", "29"), [{"valueDate": "2024-02-29"}]),
    (item("q", "date"), DateParts("2024", "March", ""), [{"valueDate": "2024-03"}]),
    (item("q", "date", extension=[NOT_FUTURE]), "2026-11", [{"valueDate": "2026-11"}]),
    (item("q", "date"), DateParts(" ", "", ""), []),
    (item("q", "integer"), " 7 ", [{"valueInteger": 7}]),
    (item("q", "integer"), "7.0", [{"valueInteger": 7}]),
    (item("q", "decimal"), "2.5", [{"valueDecimal": 2.5}]),
    (item("q", "boolean"), "false", [{"valueBoolean": False}]),
    (item("q", "text"), "a\r\nb", [{"valueString": "a\nb"}]),
    (item("q", "text"), "  \n ", []),
    (item("q", "text", repeats=True), ["a", "", "b"], [{"valueString": "a"}, {"valueString": "b"}]),
    (choice("q", repeats=True), ["no", "no"], [{"valueCoding": coding("no")}]),
    (choice("q") | {"type": "open-choice"}, "own words", [{"valueString": "own words"}]),
    (choice("q") | {"type": "open-choice"}, "yes", [{"valueCoding": coding("yes")}]),
]


@pytest.mark.parametrize(("node", "raw", "answers"), GOOD)
def test_what_is_right_becomes_answers(
    node: dict[str, object], raw: Raw, answers: list[dict[str, object]]
) -> None:
    result = validate(one(node), raw, today=TODAY)
    assert (result.problem, list(result.answers)) == (None, answers)


def test_not_knowing_is_an_answer_only_where_it_is_offered() -> None:
    offering = one(item("q", "date", extension=[{"url": ABSENT, "valueCode": "asked-unknown"}]))
    [answer] = absent(offering, "asked-unknown").answers
    assert absent_reason(answer) == "asked-unknown"
    assert absent(offering, "asked-declined").problem is not None
    assert absent(one(item("q", "date")), "asked-unknown").problem is not None


@given(st.text(max_size=200))
def test_any_text_is_kept_exactly_or_counts_as_empty(text: str) -> None:
    result = validate(one(item("q", "text")), text)
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    assert list(result.answers) == ([{"valueString": expected}] if expected.strip() else [])


@given(st.text(max_size=12), st.text(max_size=4), st.text(max_size=4))
def test_any_date_is_a_real_one_or_a_problem(year: str, month: str, day: str) -> None:
    result = validate(one(item("q", "date")), DateParts(year, month, day))
    for answer in result.answers:
        parts = [int(part) for part in str(answer["valueDate"]).split("-")]
        assert date(*(*parts, 1, 1)[:3])
    assert bool(result.answers) + bool(result.problem) <= 1


@given(st.text(max_size=40))
def test_any_number_is_finite_or_a_problem(text: str) -> None:
    for kind in ("integer", "decimal"):
        result = validate(one(item("q", kind)), text)
        assert not (result.answers and result.problem)
