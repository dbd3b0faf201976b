"""Blacking out names in what a patient typed, as far as a machine can recognise them."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("blackout.toml")
BLACKED_OUT = "[removed]"
_WORD = re.compile(r"[^\W\d_][\w'’-]{2,}")


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of answers that name people or places, in lower case, without everyday words."""
    return frozenset(_stem(word) for text in texts for word in _WORD.findall(text)) - _table()[1]


def blacked_out(text: str, words: frozenset[str]) -> str:
    """``text`` without contact data, titles with names, institutions and the given words.

    A name the portal was never told and that carries no title cannot be recognised and stays.
    """
    for pattern in _table()[0]:
        text = pattern.sub(BLACKED_OUT, text)
    return _WORD.sub(lambda match: BLACKED_OUT if _stem(match[0]) in words else match[0], text)


def _stem(word: str) -> str:
    return re.sub(r"['’]s$", "", word.lower())


@cache
def _table() -> tuple[tuple[re.Pattern[str], ...], frozenset[str]]:
    data = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(re.compile(pattern) for pattern in data["patterns"]), frozenset(data["everyday"].split())
