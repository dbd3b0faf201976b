"""How answers read as words, for pages, the package and the synopsis."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date, format_skeleton

from portal.knowledge.checking import absent_reason
from portal.knowledge.conditions import Answer
from portal.knowledge.questionnaire import Item, ItemType
from portal.knowledge.told import Scope, Told

ABSENT_WORDS = {"asked-unknown": "I don't know", "asked-declined": "I would rather not say"}


@dataclass(frozen=True, slots=True)
class Row:
    """A question and what was answered; no words at all when it was left out."""

    item: Item
    question: str
    words: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Entries:
    """A repeating group and the rows of each of its entries."""

    item: Item
    question: str
    entries: tuple[tuple[Row, ...], ...]


@dataclass(frozen=True, slots=True)
class SectionTold:
    """A section as it reads: the rows of every question that is asked."""

    link_id: str
    title: str
    rows: tuple[Row | Entries, ...]


def words_of(item: Item, answer: Answer, locale: str = "en") -> str:
    """One answer in words. Dates keep the precision they were told with."""
    reason = absent_reason(answer)
    if reason is not None:
        return ABSENT_WORDS[reason]
    if "valueCoding" in answer:
        coding = answer["valueCoding"]
        option = item.option(str(coding.get("code")))
        return option.display if option else str(coding.get("display") or coding.get("code"))
    if "valueDate" in answer:
        return date_words(str(answer["valueDate"]), locale)
    if "valueBoolean" in answer:
        return "Yes" if answer["valueBoolean"] else "No"
    return str(next(iter(answer.values()), ""))


def date_words(value: str, locale: str = "en") -> str:
    """A FHIR date in words: "2024", "March 2024" or "March 5, 2024"."""
    match len(value):
        case 4:
            return value
        case 7:
            return str(format_skeleton("yMMMM", date.fromisoformat(f"{value}-01"), locale=locale))
        case _:
            return str(format_date(date.fromisoformat(value), "long", locale=locale))


def sections_told(told: Told, locale: str = "en") -> list[SectionTold]:
    """Everything that is asked, section by section, with the answers in words."""
    return [
        SectionTold(section.link_id, section.text, tuple(_rows(told, section, told.root, locale)))
        for section in told.questionnaire.sections
    ]


def row(told: Told, item: Item, scope: Scope, locale: str = "en") -> Row:
    """One question with its answers in words."""
    words = tuple(words_of(item, answer, locale) for answer in told.answers_to(item.link_id, scope))
    return Row(item, item.text, words, item.required)


def entry_rows(told: Told, group: Item, entry: Scope, locale: str = "en") -> tuple[Row, ...]:
    """The rows of one entry of a repeating group; groups inside it are flattened."""
    return tuple(each for each in _rows(told, group, entry, locale) if isinstance(each, Row))


def _rows(told: Told, group: Item, scope: Scope, locale: str) -> Iterator[Row | Entries]:
    for item in group.items:
        if not told.enabled(item.link_id, scope):
            continue
        if item.type.asks:
            yield row(told, item, scope, locale)
        elif item.type is ItemType.GROUP and item.repeats:
            entries = scope.entries.get(item.link_id, [])
            yield Entries(item, item.text, tuple(entry_rows(told, item, each, locale) for each in entries))
        elif item.type is ItemType.GROUP:
            yield from _rows(told, item, scope, locale)
