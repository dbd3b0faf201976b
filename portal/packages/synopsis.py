"""The facts of a synopsis: what the answers say, in the order of the layout, unknown said as unknown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any

from portal.knowledge.pack import Pack
from portal.packages import answers
from portal.packages.answers import Item, Value
from portal.packages.layout import Layout, Line, Section, Table

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: ``values`` empty means asked and not answered."""

    label: str
    values: tuple[Value, ...]
    identity: bool

    @property
    def text(self) -> str:
        """The answers in words, or that they are unknown."""
        return "; ".join(value.text for value in self.values) or UNKNOWN


@dataclass(frozen=True, slots=True)
class FactTable:
    """Rows of a repeated group."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Fact, ...], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A headed block of facts."""

    id: str
    title: str
    short: bool
    facts: tuple[Fact, ...]
    table: FactTable | None


@dataclass(frozen=True, slots=True)
class Question:
    """One of the patient's questions; ``key`` stays when others are added or moved."""

    number: int
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Synopsis:
    """Everything the two sides say that comes from the answers."""

    name: str
    birth_date: str
    age: int | None
    decision_date: str
    blocks: tuple[Block, ...]
    questions: tuple[Question, ...]


def build(
    pack: Pack, layout: Layout, items: Sequence[Item], *, put: Callable[[str], bool], today: date
) -> Synopsis:
    """The synopsis of the enabled ``items`` of a response.

    ``put`` says whether a question was put to the patient at all; ``today`` is for the age.
    """
    born = _first(answers.values(items, layout.birth_date))
    return Synopsis(
        name=_first(answers.values(items, pack.facts.name)).text,
        birth_date=born.text,
        age=answers.age(born.date, today) if born.date else None,
        decision_date=_first(answers.values(items, pack.facts.deadline)).text,
        blocks=tuple(_block(section, items, put) for section in layout.sections),
        questions=questions(pack, items),
    )


def questions(pack: Pack, items: Sequence[Item]) -> tuple[Question, ...]:
    """The patient's questions, numbered in the order they were asked; repeated ones once."""
    texts = [value.text for link_id in pack.asked for value in answers.values(items, link_id)]
    return tuple(
        Question(number, sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16], text)
        for number, text in enumerate(dict.fromkeys(texts), start=1)
    )


def _first(found: Sequence[Value]) -> Value:
    return found[0] if found else Value("")


def _block(section: Section, items: Sequence[Item], put: Callable[[str], bool]) -> Block:
    facts = [_fact(line, items) for line in section.lines if any(put(item) for item in line.items)]
    told = {line.label for line in section.lines if line.brief}
    return Block(
        id=section.id,
        title=section.title,
        short=section.short,
        facts=tuple(fact for fact in facts if fact.values or fact.label not in told),
        table=_table(section.table, items) if section.table and put(section.table.group) else None,
    )


def _fact(line: Line, items: Sequence[Item]) -> Fact:
    each = [answers.values(items, link_id) for link_id in line.items]
    answered = [found for found in each if found]
    shown = answered[:1] if line.first else answered
    values = tuple(_said(value, line.say) for found in shown for value in found)
    return Fact(line.label, values, line.identity)


def _said(value: Value, say: Mapping[str, str]) -> Value:
    return replace(value, text=say[value.code]) if value.code in say else value


def _table(table: Table, items: Sequence[Item]) -> FactTable:
    return FactTable(
        title=table.title,
        columns=tuple(column.label for column in table.columns),
        rows=tuple(
            tuple(_fact(column, row) for column in table.columns)
            for row in answers.groups(items, table.group)
        ),
    )


def as_data(synopsis: Synopsis) -> list[dict[str, Any]]:
    """The blocks as plain data, for a template or a page."""
    return [
        {
            "title": block.title,
            "short": block.short,
            "lines": [
                {"label": fact.label, "value": fact.text, "unknown": not fact.values} for fact in block.facts
            ],
            "table": block.table
            and {
                "title": block.table.title,
                "columns": list(block.table.columns),
                "rows": [[fact.text for fact in row] for row in block.table.rows],
            },
        }
        for block in synopsis.blocks
    ]
