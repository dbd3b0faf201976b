"""File names are display data only: cleaned when they arrive, encoded when they leave."""

import unicodedata
from urllib.parse import quote

MAX_LENGTH = 180
FALLBACK = "file"
_PATH = str.maketrans({"/": "-", "\\": "-", ":": "-"})
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(name: str) -> str:
    """A name that can be shown: no control, bidi or invisible characters, no path, bounded length."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(
        letter
        for letter in unicodedata.normalize("NFC", last)
        if unicodedata.category(letter) not in _DROPPED
    )
    tidy = " ".join(kept.translate(_PATH).split()).lstrip(". ")
    return _shorten(tidy) or FALLBACK


def _shorten(name: str) -> str:
    if len(name) <= MAX_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 8:
        return name[:MAX_LENGTH]
    return f"{stem[: MAX_LENGTH - len(extension) - 1]}.{extension}"


def attachment(name: str) -> str:
    """A ``Content-Disposition`` value that saves as ``name`` (RFC 6266: ASCII fallback and UTF-8 form)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(letter if letter.isalnum() or letter in " ._-()" else "_" for letter in plain).strip()
    encoded = quote(name, safe="!#$&+-.^_`|~", encoding="utf-8", errors="replace")
    return f"attachment; filename=\"{plain or FALLBACK}\"; filename*=UTF-8''{encoded}"
