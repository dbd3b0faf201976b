"""States of the United States, as licences name them and as people write them."""

import re
from types import MappingProxyType

_TABLE = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|"
    "DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|"
    "KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|"
    "MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|"
    "NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|"
    "PA Pennsylvania|PR Puerto Rico|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|"
    "TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming"
)
STATES = MappingProxyType(dict(entry.split(" ", 1) for entry in _TABLE.split("|")))
_SPOKEN = {name.casefold(): code for code, name in STATES.items()} | {
    "washington dc": "DC",
    "washington d c": "DC",
}
_NAMES = re.compile(rf"\b({'|'.join(sorted(_SPOKEN, key=len, reverse=True))})\b")
_CODES = re.compile(rf"\b({'|'.join(STATES)})\b")


def states_in(text: str | None) -> frozenset[str]:
    """The codes of the states named in free text; empty when none is recognised.

    Names count in any case, codes only in capitals, because "in", "or" and "me" are also words;
    a text that is nothing but a code counts in any case.
    """
    plain = " ".join(re.sub(r"[^\w\s]", " ", text or "").split())
    if plain.upper() in STATES:
        return frozenset({plain.upper()})
    named = {_SPOKEN[name] for name in _NAMES.findall(plain.casefold())}
    return frozenset(named.union(_CODES.findall(plain)))
