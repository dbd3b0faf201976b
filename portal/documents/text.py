"""The text of a page and where its words stand.

Stored as JSON: ``{"version": 1, "text": "...", "words": [[start, length, left, top, right, bottom], ...]}``.
``start`` and ``length`` count characters of ``text``; the box is in fractions of the image's width and
height, from the top left corner, so that it holds at any size the page is shown at.
"""

import json
from dataclasses import dataclass

VERSION = 1
_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its characters in the page's text and its box in fractions of the image."""

    start: int
    length: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageText:
    """The text layer of one page."""

    text: str = ""
    words: tuple[Word, ...] = ()

    def to_bytes(self) -> bytes:
        """As stored."""
        words = [
            [w.start, w.length, *(round(edge, _DIGITS) for edge in (w.left, w.top, w.right, w.bottom))]
            for w in self.words
        ]
        body = {"version": VERSION, "text": self.text, "words": words}
        return json.dumps(body, separators=(",", ":"), ensure_ascii=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "PageText":
        """The inverse; raises ValueError for anything that is not such text."""
        body = json.loads(data)
        try:
            words = tuple(
                Word(int(start), int(length), *(float(edge) for edge in box))
                for start, length, *box in body["words"]
            )
            return cls(str(body["text"]), words)
        except (KeyError, TypeError) as error:
            raise ValueError("this is not the text of a page") from error
