"""Mail as text: templates without Flask, and values that cannot break out of their place."""

import gettext
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates" / "emails"
LONGEST_NAME = 60
_ADDRESS = re.compile(r"[^\s@<>(),:;\"\\\[\]]+@[^\s@<>(),:;\"\\\[\]]+")
_LINK = re.compile(r"https?:|www\.|/", re.IGNORECASE)


def render(template: str, context: Mapping[str, str], *, language: str = "en") -> tuple[str, str]:
    """Subject and body of a template filled with ``context``; a missing key is an error."""
    values = {key: one_line(value) for key, value in context.items()}
    values["name"] = _safe_name(values.get("name", ""))
    text = _environment(language).get_template(f"{template}.txt").render(values)
    first, _, body = text.partition("\n")
    if not first.startswith("Subject: "):
        raise ValueError(f"the first line of {template}.txt is not its subject")
    return first.removeprefix("Subject: ").strip(), body.strip() + "\n"


def one_line(value: str) -> str:
    """The value without line breaks and control characters, spaces single."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())


def is_address(value: str) -> bool:
    """Whether ``value`` is one bare e-mail address that is safe to put into a header."""
    return len(value) <= 254 and value.isprintable() and bool(_ADDRESS.fullmatch(value))


def _safe_name(name: str) -> str:
    """The name to greet by; none when it is long or holds a link, for strangers type names."""
    return "" if len(name) > LONGEST_NAME or _LINK.search(name) else name


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text; the page that shows mails escapes
        extensions=["jinja2.ext.i18n"],
    )
    words = gettext.translation("messages", ROOT / "translations", [language], fallback=True)
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    return environment
