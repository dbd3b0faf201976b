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


def render(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of ``template`` (a file of ``TEMPLATES``) filled with ``data``; ``at`` is its date.

    Letters that no installed font can show become ``SUBSTITUTE``, and the template is told so by
    ``data.substituted``: PDF/UA forbids letters nobody can read.
    """
    import typst  # noqa: PLC0415 - only where a PDF is made

    clean = _each_text(data, _printable)
    while True:
        shown = _each_text(clean, _substitute)
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
                raise
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
        if ord(letter) >= _ONE_FONT_FOR_A_BLOCK:
            _missing_blocks.add(ord(letter) >> 8)
        else:
            _missing_letters.add(letter)
    return len(_missing_letters) + len(_missing_blocks) > before


def _substitute(text: str) -> str:
    if text.isascii() or not (_missing_letters or _missing_blocks):
        return text
    return "".join(
        SUBSTITUTE if letter in _missing_letters or ord(letter) >> 8 in _missing_blocks else letter
        for letter in text
    )


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
