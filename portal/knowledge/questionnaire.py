"""A FHIR R4 Questionnaire as immutable values, ready to be asked without looking at JSON again.

Read by :mod:`portal.knowledge.parsing`; answers to it are read by :mod:`portal.knowledge.told`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

MAX_LENGTH = 10_000


class ItemType(StrEnum):
    """The item types this portal asks; others are refused when a questionnaire is loaded."""

    GROUP = "group"
    DISPLAY = "display"
    CHOICE = "choice"
    OPEN_CHOICE = "open-choice"
    TEXT = "text"
    STRING = "string"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    BOOLEAN = "boolean"

    @property
    def asks(self) -> bool:
        """Whether an item of this type takes an answer."""
        return self not in {ItemType.GROUP, ItemType.DISPLAY}

    @property
    def chooses(self) -> bool:
        """Whether the answers come from a list."""
        return self in {ItemType.CHOICE, ItemType.OPEN_CHOICE}


class Operator(StrEnum):
    """How ``enableWhen`` compares an answer."""

    EXISTS = "exists"
    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    LESS = "<"
    GREATER_OR_EQUAL = ">="
    LESS_OR_EQUAL = "<="


class Precision(StrEnum):
    """The finest part of a date that is asked."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of a system; two are the same when codes and systems are, a missing system matches any."""

    code: str
    system: str | None = None

    def matches(self, other: "Coding") -> bool:
        """Whether both mean the same concept."""
        return self.code == other.code and (
            self.system is None or other.system is None or self.system == other.system
        )


Value = Coding | str | bool | Decimal


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose; an ``exclusive`` one cannot be chosen together with others."""

    code: str
    display: str
    system: str | None = None
    exclusive: bool = False

    @property
    def answer(self) -> dict[str, Any]:
        """The FHIR answer that chooses this option."""
        coding = {"system": self.system, "code": self.code, "display": self.display}
        return {"valueCoding": {key: value for key, value in coding.items() if value is not None}}


@dataclass(frozen=True, slots=True)
class Condition:
    """One ``enableWhen``: a question, an operator and the answer compared with."""

    question: str
    operator: Operator
    answer: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question, group or text.

    ``day_required`` asks for a complete date; ``absent`` holds the data-absent reasons ("asked-unknown",
    "asked-declined") that may be given instead of an answer; ``most`` limits the number of answers.
    """

    link_id: str
    type: ItemType
    text: str = ""
    required: bool = False
    repeats: bool = False
    options: tuple[Option, ...] = ()
    conditions: tuple[Condition, ...] = ()
    any_condition: bool = False
    items: tuple["Item", ...] = ()
    max_length: int = MAX_LENGTH
    precision: Precision = Precision.DAY
    day_required: bool = False
    minimum: Decimal | date | None = None
    maximum: Decimal | date | None = None
    not_future: bool = False
    most: int | None = None
    absent: tuple[str, ...] = ()

    def option(self, code: str) -> Option | None:
        """The option with this code."""
        return next((option for option in self.options if option.code == code), None)

    def walk(self) -> Iterator["Item"]:
        """This item and everything below it, in order."""
        yield self
        for item in self.items:
            yield from item.walk()


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """All items, in order and by link id.

    ``entry_of`` names, for an item inside a repeating group, the innermost such group; ``parents``
    the item above each item.
    """

    url: str
    version: str
    title: str
    sections: tuple[Item, ...]
    by_id: Mapping[str, Item] = field(repr=False)
    parents: Mapping[str, str] = field(repr=False)
    entry_of: Mapping[str, str] = field(repr=False)

    def walk(self) -> Iterator[Item]:
        """Every item, in order."""
        for section in self.sections:
            yield from section.walk()

    def section_of(self, link_id: str) -> Item:
        """The section an item stands in."""
        while link_id in self.parents:
            link_id = self.parents[link_id]
        return self.by_id[link_id]
