"""Reading answers out of FHIR QuestionnaireResponse items, for people to read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Item = Mapping[str, Any]
ABSENT = {"asked-unknown": "patient does not know", "asked-declined": "patient prefers not to say"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Value:
    """One answer in words. ``free`` text was typed by a person and may hold anything."""

    text: str
    free: bool = False
    date: str = ""
    code: str = ""


def walk(items: Iterable[Item]) -> Iterator[Item]:
    """Every item at every depth, in order."""
    for item in items:
        yield item
        yield from walk(item.get("item", ()))
        for answer in item.get("answer", ()):
            yield from walk(answer.get("item", ()))


def values(items: Iterable[Item], link_id: str) -> list[Value]:
    """All answers to one question, at whatever depth and repetition."""
    found = [item for item in walk(items) if item.get("linkId") == link_id]
    return [value for item in found for answer in item.get("answer", ()) if (value := value_of(answer))]


def groups(items: Iterable[Item], link_id: str) -> list[list[Item]]:
    """The items of each repetition of a group."""
    return [list(item.get("item", ())) for item in walk(items) if item.get("linkId") == link_id]


def value_of(answer: Mapping[str, Any]) -> Value | None:
    """An answer in words, or nothing when it is blank; a reason given instead of a value is an answer."""
    kind, value = next(((k, v) for k, v in answer.items() if k.startswith("value")), ("", ""))
    if not kind:
        return next((Value(words) for code, words in ABSENT.items() if code in _codes(answer)), None)
    read = _READERS.get(kind, lambda typed: Value(str(typed).strip(), free=True))
    found = read(value)
    return found if found.text else None


def _codes(value: Any) -> set[str]:
    """Every ``valueCode`` below an answer's extensions."""
    if isinstance(value, Mapping):
        own = {str(item) for key, item in value.items() if key == "valueCode"}
        return own.union(*map(_codes, value.values()))
    return set().union(*map(_codes, value)) if isinstance(value, list) else set()


def written_date(value: str) -> str:
    """A whole or partial FHIR date as people write it: ``14 Mar 2024``, ``Mar 2024``, ``2024``."""
    try:
        parts = [int(part) for part in value[:10].split("-")]
        month = MONTHS[parts[1] - 1] if len(parts) > 1 else ""
    except (ValueError, IndexError):
        return value
    return " ".join(str(part) for part in [*parts[2:3], month, parts[0]] if part)


def age(birth_date: str, on: date) -> int | None:
    """Whole years between a FHIR date of birth (whole, or its year and month) and ``on``."""
    try:
        parts = [int(part) for part in birth_date[:10].split("-")]
    except ValueError:
        return None
    if not parts or not 1850 <= parts[0] <= on.year:
        return None
    year, month, day = [*parts, 1, 1][:3]
    return on.year - year - ((on.month, on.day) < (month, day))


def _coding(coding: Mapping[str, Any]) -> Value:
    code = str(coding.get("code") or "")
    return Value(str(coding.get("display") or code), free=not code, code=code)


def _quantity(quantity: Mapping[str, Any]) -> Value:
    return Value(f"{quantity.get('value', '')} {quantity.get('unit', '')}".strip())


_READERS: dict[str, Callable[[Any], Value]] = {
    "valueCoding": _coding,
    "valueBoolean": lambda value: Value("Yes" if value else "No"),
    "valueDate": lambda value: Value(written_date(value), date=value),
    "valueInteger": lambda value: Value(str(value)),
    "valueDecimal": lambda value: Value(str(value)),
    "valueQuantity": _quantity,
}
