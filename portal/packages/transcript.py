"""All answers in the order of the questionnaire, as a person reads them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portal.knowledge.questionnaire import Item, ItemType, Questionnaire
from portal.knowledge.told import Answers, Scope, Told
from portal.packages.answers import value_of


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and its answers in words; none when it was asked and not answered.

    ``entry`` is "2 of 3" and the like inside a repeating group.
    """

    question: str
    answers: tuple[str, ...]
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One section of the questionnaire."""

    title: str
    answered: tuple[Answered, ...]


def transcript(questionnaire: Questionnaire, answers: Answers) -> list[Chapter]:
    """Every question that was put to the patient, with what was answered."""
    told = Told(questionnaire, answers)
    return [
        Chapter(section.text, tuple(_below(told, section, told.root, "")))
        for section in questionnaire.sections
        if told.enabled(section.link_id)
    ]


def _below(told: Told, item: Item, scope: Scope, entry: str) -> Iterator[Answered]:
    for child in item.items:
        if not told.enabled(child.link_id, scope):
            continue
        if child.type.asks:
            words = (value_of(answer) for answer in told.answers_to(child.link_id, scope))
            yield Answered(child.text, tuple(value.text for value in words if value), entry)
        elif child.type is ItemType.GROUP and child.repeats:
            yield from _entries(told, child, scope)
        elif child.type is ItemType.GROUP:
            yield from _below(told, child, scope, entry)


def _entries(told: Told, group: Item, scope: Scope) -> Iterator[Answered]:
    entries = scope.entries.get(group.link_id, [])
    if not entries:
        yield Answered(group.text, ())
    for number, inner in enumerate(entries, start=1):
        yield from _below(told, group, inner, f"{group.text} {number} of {len(entries)}")


def as_data(chapters: list[Chapter]) -> list[dict[str, Any]]:
    """The chapters as plain data for a template."""
    return [
        {
            "title": chapter.title,
            "rows": [
                {"question": each.question, "entry": each.entry, "answers": list(each.answers)}
                for each in chapter.answered
            ],
        }
        for chapter in chapters
    ]
