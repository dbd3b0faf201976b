"""Accessible PDF (PDF/UA-1) from a typst template and plain data.

Data never becomes markup: it reaches the template as one JSON string, whose values typst shows
letter for letter.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).with_name("typst")
SUBSTITUTE = "□"
_UNSHOWABLE = re.compile(r"the text `\"(?P<text>.+?)\"` could not be displayed", re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_ONE_FONT_FOR_A_BLOCK = 0x2E80
_SKIN_TONES = range(0x1F3FB, 0x1F400)


def render(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of ``template`` (a file of ``TEMPLATES``) filled with ``data``; ``at`` is its date.

    Letters that no installed font can show become ``SUBSTITUTE``, and the template is told so by
    ``data.substituted``: PDF/UA forbids letters nobody can read.
    """
    import typst  # noqa: PLC0415 - only where a PDF is made

    clean = _each_text(data, _printable)
    change = _substitute
    while True:
        shown = _each_text(clean, change)
        inputs = {"data": json.dumps({**shown, "substituted": shown != clean})}
        try:
            pdf = typst.compile(
                TEMPLATES / template,
                root=TEMPLATES,
                font_paths=_fonts(),
                sys_inputs=inputs,
                pdf_standards="ua-1",
                timestamp=at.replace(microsecond=0),
            )
        except typst.TypstError as error:
            if not _learn(error.message):
                if change is _without_marks or _UNSHOWABLE.search(error.message) is None:
                    raise
                change = _without_marks
        else:
            return bytes(pdf)


@cache
def _fonts() -> Any:
    import typst  # noqa: PLC0415

    return typst.Fonts()


_missing_letters: set[str] = set()
_missing_blocks: set[int] = set()


def _learn(message: str) -> bool:
    """Remember the letters of a complaint about fonts; whether there were new ones.

    Above ``_ONE_FONT_FOR_A_BLOCK`` (East Asian letters, symbols) a font has a block or lacks it.
    """
    match = _UNSHOWABLE.search(message)
    if match is None:
        return False
    text = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), match["text"])
    before = len(_missing_letters) + len(_missing_blocks)
    for letter in text:
        if letter.isascii() or letter == SUBSTITUTE:
            continue  # fonts have it: what they lack is the mark on it, which is not named
        if ord(letter) >= _ONE_FONT_FOR_A_BLOCK:
            _missing_blocks.add(ord(letter) >> 8)
        else:
            _missing_letters.add(letter)
    return len(_missing_letters) + len(_missing_blocks) > before


def _substitute(text: str) -> str:
    """Missing letters replaced; the marks on them go with them, for no font joins those to a box."""
    if text.isascii():
        return text
    shown = ""
    for letter in text:
        if letter in _missing_letters or ord(letter) >> 8 in _missing_blocks:
            shown += SUBSTITUTE
        elif not (shown.endswith(SUBSTITUTE) and _joins(letter)):
            shown += letter
    return shown


def _without_marks(text: str) -> str:
    """Letters bare of the marks, key caps and skin tones on them, when a font has no way to join the two."""
    joined = _substitute(unicodedata.normalize("NFC", text))
    return "".join(letter for letter in joined if not _joins(letter))


def _joins(letter: str) -> bool:
    """Whether it is drawn as one with the letter before it."""
    return ord(letter) in _SKIN_TONES or unicodedata.category(letter)[0] == "M"


def _printable(text: str) -> str:
    """Line ends unified; control, format and private letters, which fonts lack, left out."""
    text = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n").replace("\t", " ")
    return "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C")


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(item, change) for item in value]
    return value


def page_count(pdf: bytes) -> int:
    """How many pages a PDF of ours has."""
    import pypdfium2  # noqa: PLC0415

    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()
