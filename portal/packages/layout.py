"""What stands on a synopsis: a table of data for each questionnaire, checked when it is read."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

LAYOUTS = Path(__file__).with_name("synopses")


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Data):
    """One line: the answers to ``items`` behind ``label``; ``brief`` lines vanish when empty.

    ``first`` takes the first answered item only; ``say`` replaces the words of coded answers.
    """

    label: str
    items: tuple[str, ...]
    identity: bool = False
    brief: bool = False
    first: bool = False
    say: dict[str, str] = {}


class Table(_Data):
    """One row for each repetition of ``group``."""

    group: str
    title: str
    columns: tuple[Line, ...]


class Section(_Data):
    """A headed block; ``short`` ones are set as a running list to save room."""

    id: str
    title: str
    lines: tuple[Line, ...]
    short: bool = False
    table: Table | None = None


class Layout(_Data):
    """The synopsis of one pack; every string but titles and labels is a link id."""

    birth_date: str
    identifying: tuple[str, ...]
    sections: tuple[Section, ...]

    def link_ids(self) -> frozenset[str]:
        """Every link id the layout names, so that a test can hold it against the questionnaire."""
        lines = [line for section in self.sections for line in section.lines]
        tables = [section.table for section in self.sections if section.table]
        lines += [line for table in tables for line in table.columns]
        named = {self.birth_date, *self.identifying}
        return frozenset(named | {item for line in lines for item in line.items} | {t.group for t in tables})


@cache
def layout_of(pack: str) -> Layout:
    """The layout for a knowledge pack, by the pack's name."""
    available = {path.stem: path for path in LAYOUTS.glob("*.toml")}
    return Layout.model_validate(tomllib.loads(available[pack].read_text(encoding="utf-8")))
