"""States as licences name them and as people write them."""

import re
from functools import cache
from types import MappingProxyType

from portal.knowledge import loader

_SPOKEN_TOO = MappingProxyType(
    {"washington dc": "DC", "washington d c": "DC", "virgin islands": "VI", "us virgin islands": "VI"}
)


@cache
def states() -> MappingProxyType[str, str]:
    """Two-letter code to name, as the newest questionnaire offers them to patients."""
    return MappingProxyType({option.code: option.display for option in loader.pack().states})


def states_in(text: str | None) -> frozenset[str]:
    """The codes of the states named in free text; empty when none is recognised.

    Names count in any case, codes only in capitals, because "in", "or" and "me" are also words;
    a text that is nothing but a code counts in any case.
    """
    plain = _plain(text or "")
    if plain.upper() in states():
        return frozenset({plain.upper()})
    names, codes, spoken = _patterns()
    named = {spoken[name] for name in names.findall(plain.casefold())}
    return frozenset(named.union(codes.findall(plain)))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text).split())


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    spoken = {_plain(name).casefold(): code for code, name in states().items()} | _SPOKEN_TOO
    longest_first = "|".join(sorted(spoken, key=len, reverse=True))
    return re.compile(rf"\b({longest_first})\b"), re.compile(rf"\b({'|'.join(states())})\b"), spoken
