"""Whether two names mean the same institution.

A second opinion from the house that treats the patient is none, so a doubt counts against the
reviewer: names are compared after everything that people write differently is taken away.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("institutions.toml")
_SEPARATORS = re.compile(r"[;\n]")


def normal_form(name: str) -> str:
    """The name without case, accents, punctuation and common words; aliases share the first's form."""
    plain = _plain(name)
    return _aliases().get(plain, plain)


def same(one: str, other: str) -> bool:
    """Whether both names are given and mean the same institution."""
    return bool(one.strip()) and bool(other.strip()) and normal_form(one) == normal_form(other)


def any_same(names: Iterable[str], others: Iterable[str]) -> bool:
    """Whether any name of one list means an institution of the other."""
    known = {normal_form(name) for name in names if name.strip()}
    return any(normal_form(other) in known for other in others if other.strip())


def split(names: str | None) -> list[str]:
    """Several institutions written into one field: one a line or separated by semicolons."""
    return [name.strip() for name in _SEPARATORS.split(names or "") if name.strip()]


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    words = re.sub(r"[^\w\s]", " ", re.sub(r"['’.]", "", letters)).replace("_", " ").split()
    telling = [word for word in words if word not in _table()["common_words"]]
    return " ".join(telling or words)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def _aliases() -> dict[str, str]:
    return {_plain(name): _plain(group[0]) for group in _table()["aliases"] for name in group}
