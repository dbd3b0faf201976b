"""Turns what a person typed or ticked into FHIR answers, or says what is wrong with it.

Problems are codes with the numbers or labels needed to say them; the words belong to the pages.
"""

import calendar
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from portal.knowledge.conditions import Answer
from portal.knowledge.questionnaire import Item, ItemType, Precision

FIRST_YEAR = 1900
LAST_YEAR = 2100
INTEGER_LIMIT = 2**31 - 1
DECIMAL_DIGITS = 15
DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
}


class ProblemKind(StrEnum):
    """What can be wrong with an answer."""

    NO_SUCH_OPTION = "no-such-option"
    ONLY_ONE = "only-one"
    TOO_MANY = "too-many"
    EXCLUSIVE = "exclusive"
    TOO_LONG = "too-long"
    NOT_A_NUMBER = "not-a-number"
    NOT_WHOLE = "not-whole"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"
    NO_SUCH_DATE = "no-such-date"
    YEAR_MISSING = "year-missing"
    MONTH_MISSING = "month-missing"
    DAY_MISSING = "day-missing"
    YEAR_RANGE = "year-range"
    FUTURE = "future"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, with the limit or label to name."""

    kind: ProblemKind
    detail: str = ""


class DateParts(NamedTuple):
    """A date as typed into separate boxes; empty boxes are unknown parts."""

    year: str = ""
    month: str = ""
    day: str = ""


Raw = str | Sequence[str] | DateParts


@dataclass(frozen=True, slots=True)
class Checked:
    """The answers, empty when nothing was given or when there is a problem."""

    answers: tuple[Answer, ...] = ()
    problem: Problem | None = None


def validate(item: Item, raw: Raw, *, today: date | None = None) -> Checked:
    """Read ``raw`` as answers to ``item``.

    Dates come as :class:`DateParts` or as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; choices as codes
    (anything else is taken as own words where the question is an open choice); ``today`` bounds dates
    that cannot lie ahead.
    """
    if isinstance(raw, DateParts) or item.type is ItemType.DATE:
        return _date(item, raw, today or date.today())  # noqa: DTZ011 - a calendar day, not a moment
    values = _unique([raw] if isinstance(raw, str) else list(raw))
    problem = _number_of(item, values)
    if problem:
        return Checked(problem=problem)
    answers: list[Answer] = []
    for value in values:
        answer = _READERS[item.type](item, value)
        if isinstance(answer, Problem):
            return Checked(problem=answer)
        answers.append(answer)
    return Checked(tuple(answers))


def absent(item: Item, reason: str) -> Checked:
    """The answer that says why there is none, such as "asked-unknown", where the item offers it."""
    if reason not in item.absent:
        return Checked(problem=Problem(ProblemKind.NO_SUCH_OPTION))
    key = "_valueDate" if item.type is ItemType.DATE else "_valueString"
    return Checked(({key: {"extension": [{"url": DATA_ABSENT, "valueCode": reason}]}},))


def absent_reason(answer: Answer) -> str | None:
    """The reason given instead of a value."""
    for key, value in answer.items():
        if key.startswith("_value"):
            return str(value["extension"][0]["valueCode"])
    return None


def _unique(values: Sequence[str]) -> list[str]:
    kept = (value.replace("\r\n", "\n").replace("\r", "\n") for value in values)
    return list(dict.fromkeys(value for value in kept if value.strip()))


def _number_of(item: Item, values: Sequence[str]) -> Problem | None:
    if len(values) > 1 and not item.repeats:
        return Problem(ProblemKind.ONLY_ONE)
    if item.most is not None and len(values) > item.most:
        return Problem(ProblemKind.TOO_MANY, str(item.most))
    if item.type.chooses and len(values) > 1:
        for value in values:
            option = item.option(value)
            if option is not None and option.exclusive:
                return Problem(ProblemKind.EXCLUSIVE, option.display)
    return None


def _choice(item: Item, value: str) -> Answer | Problem:
    option = item.option(value)
    return option.answer if option else Problem(ProblemKind.NO_SUCH_OPTION)


def _open_choice(item: Item, value: str) -> Answer | Problem:
    option = item.option(value)
    return option.answer if option else _text(item, value)


def _text(item: Item, value: str) -> Answer | Problem:
    if len(value) > item.max_length:
        return Problem(ProblemKind.TOO_LONG, str(item.max_length))
    return {"valueString": value}


def _integer(item: Item, value: str) -> Answer | Problem:
    number = _decimal_of(value)
    if number is None:
        return Problem(ProblemKind.NOT_A_NUMBER)
    if number != number.to_integral_value():
        return Problem(ProblemKind.NOT_WHOLE)
    if abs(number) > INTEGER_LIMIT:
        return Problem(ProblemKind.TOO_LARGE if number > 0 else ProblemKind.TOO_SMALL, str(INTEGER_LIMIT))
    return _bounded(item, number) or {"valueInteger": int(number)}


def _decimal(item: Item, value: str) -> Answer | Problem:
    number = _decimal_of(value)
    if number is None:
        return Problem(ProblemKind.NOT_A_NUMBER)
    return _bounded(item, number) or {"valueDecimal": float(number)}


def _decimal_of(value: str) -> Decimal | None:
    try:
        number = Decimal(value.strip())
    except InvalidOperation:
        return None
    readable = number.is_finite() and abs(number.adjusted()) <= DECIMAL_DIGITS
    return number if readable and len(number.as_tuple().digits) <= DECIMAL_DIGITS else None


def _bounded(item: Item, number: Decimal) -> Problem | None:
    if isinstance(item.minimum, Decimal) and number < item.minimum:
        return Problem(ProblemKind.TOO_SMALL, str(item.minimum))
    if isinstance(item.maximum, Decimal) and number > item.maximum:
        return Problem(ProblemKind.TOO_LARGE, str(item.maximum))
    return None


def _boolean(_: Item, value: str) -> Answer | Problem:
    if value not in {"true", "false"}:
        return Problem(ProblemKind.NO_SUCH_OPTION)
    return {"valueBoolean": value == "true"}


_READERS: dict[ItemType, Callable[[Item, str], Answer | Problem]] = {
    ItemType.CHOICE: _choice,
    ItemType.OPEN_CHOICE: _open_choice,
    ItemType.TEXT: _text,
    ItemType.STRING: _text,
    ItemType.INTEGER: _integer,
    ItemType.DECIMAL: _decimal,
    ItemType.BOOLEAN: _boolean,
}


def _date(item: Item, raw: Raw, today: date) -> Checked:
    if isinstance(raw, str):
        raw = DateParts(*raw.strip().split("-", 2)) if raw.strip() else DateParts()
    if not isinstance(raw, DateParts):
        return Checked(problem=Problem(ProblemKind.ONLY_ONE))
    year, month, day = (part.strip() for part in raw)
    if not (year or month or day):
        return Checked()
    problem = _parts_missing(item, year, month, day)
    if problem:
        return Checked(problem=problem)
    numbers = _numbers(year, month, day)
    if numbers is None:
        return Checked(problem=Problem(ProblemKind.NO_SUCH_DATE))
    return _date_answer(item, numbers, today)


def _parts_missing(item: Item, year: str, month: str, day: str) -> Problem | None:
    if not year:
        return Problem(ProblemKind.YEAR_MISSING)
    if (day or item.day_required) and not month:
        return Problem(ProblemKind.MONTH_MISSING)
    if item.day_required and not day:
        return Problem(ProblemKind.DAY_MISSING)
    if day and item.precision is Precision.MONTH:
        return Problem(ProblemKind.NO_SUCH_DATE)
    return None


def _numbers(year: str, month: str, day: str) -> tuple[int, ...] | None:
    month = str(_MONTHS.get(month.lower().rstrip("."), month))
    parts = [part for part in (year, month, day) if part]
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    return tuple(int(part) for part in parts)


def _date_answer(item: Item, numbers: tuple[int, ...], today: date) -> Checked:
    if not FIRST_YEAR <= numbers[0] <= LAST_YEAR:
        return Checked(problem=Problem(ProblemKind.YEAR_RANGE, str(FIRST_YEAR)))
    try:
        first = date(*(*numbers, 1, 1)[:3])
    except ValueError:
        return Checked(problem=Problem(ProblemKind.NO_SUCH_DATE))
    if item.not_future and first > today:
        return Checked(problem=Problem(ProblemKind.FUTURE))
    if isinstance(item.minimum, date) and first < item.minimum:
        return Checked(problem=Problem(ProblemKind.TOO_SMALL, item.minimum.isoformat()))
    if isinstance(item.maximum, date) and first > item.maximum:
        return Checked(problem=Problem(ProblemKind.TOO_LARGE, item.maximum.isoformat()))
    return Checked(({"valueDate": first.isoformat()[: (4, 7, 10)[len(numbers) - 1]]},))
