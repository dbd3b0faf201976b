"""PDF to pages, inside the sandbox: pdfium without scripts, forms drawn as they were filled in."""

import ctypes
import io
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from portal.documents.frames import Limits, RenderedPage
from portal.documents.text import PageText, Word
from portal.documents.verdicts import Refusal, Refused

_GRID = 1_000_000
_MAX_CHARACTERS = 200_000
_QUALITY = 85
_MIN_SCALE = 0.01


def open_document(source: io.IOBase, limits: Limits) -> Any:
    """Parse the file; raises :class:`Refused`."""
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        raise Refused(Refusal.PASSWORD if locked else Refusal.DAMAGED) from None
    count = len(document)
    if count == 0:
        raise Refused(Refusal.NO_PAGES)
    if count > limits.pages:
        raise Refused(Refusal.TOO_MANY_PAGES)
    document.init_forms()
    return document


def pages(document: Any, first: int, limits: Limits) -> Iterator[RenderedPage]:
    """Render the pages from ``first`` on, one in memory at a time."""
    for index in range(first - 1, len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            raise Refused(Refusal.DAMAGED) from None
        yield _render(page, index + 1, limits)
        page.close()


def _render(page: Any, number: int, limits: Limits) -> RenderedPage:
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise Refused(Refusal.DAMAGED)
    scale = max(min(limits.dots / 72, (limits.longest_side - 1) / max(width, height)), _MIN_SCALE)
    if max(width, height) * scale > 2 * limits.longest_side:
        raise Refused(Refusal.TOO_COMPLEX)
    bitmap = page.render(scale=scale, draw_annots=True, limit_image_cache=True)
    image: Image.Image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return RenderedPage(
        number=number, width=image.width, height=image.height, text=_text(page), image=encode(image)
    )


def blank() -> Any:
    """A document of one small empty page."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(72, 72)
    return document


def encode(image: Image.Image) -> bytes:
    """A JPEG without any metadata."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _text(page: Any) -> bytes:
    """The text layer with the box of each word; empty when there is none."""
    layer = page.get_textpage()
    try:
        count = min(layer.count_chars(), _MAX_CHARACTERS)
        letters = [_letter(layer.raw, index) for index in range(count)]
        text = "".join(letters)
        if not text.strip():
            return b""
        return PageText(text, tuple(_words(page, layer.raw, letters))).to_bytes()
    finally:
        layer.close()


def _letter(layer: Any, index: int) -> str:
    """One character; line ends become a single new line, what is no character becomes the sign for that."""
    code = pdfium.FPDFText_GetUnicode(layer, index)
    if code in (0x0D, 0x02):
        return ""
    if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return "\N{REPLACEMENT CHARACTER}"
    return chr(code)


def _words(page: Any, layer: Any, letters: list[str]) -> Iterator[Word]:
    place = _Place(page)
    start = length = 0
    box: tuple[float, float, float, float] | None = None
    position = 0
    for index, letter in enumerate(letters):
        if letter.isspace():
            if box and length:
                yield Word(start, length, *place.fractions(box))
            start, length, box = position + len(letter), 0, None
        elif letter:
            length += len(letter)
            box = _joined(box, _box(layer, index))
        position += len(letter)
    if box and length:
        yield Word(start, length, *place.fractions(box))


Box = tuple[float, float, float, float]


def _box(layer: Any, index: int) -> Box | None:
    """Left, bottom, right, top of a character in the page's own coordinates."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not pdfium.FPDFText_GetCharBox(layer, index, left, right, bottom, top):
        return None
    return left.value, bottom.value, right.value, top.value


def _joined(one: Box | None, other: Box | None) -> Box | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])


class _Place:
    """From a page's own coordinates to fractions of its image, rotation and crop box included."""

    def __init__(self, page: Any) -> None:
        self._page = page

    def fractions(self, box: Box) -> Box:
        """Left, top, right, bottom in fractions, kept inside the page."""
        x0, y0 = self._point(box[0], box[1])
        x1, y1 = self._point(box[2], box[3])
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        device_x, device_y = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(self._page.raw, 0, 0, _GRID, _GRID, 0, x, y, device_x, device_y)
        return _clamp(device_x.value), _clamp(device_y.value)


def _clamp(value: int) -> float:
    return min(max(value / _GRID, 0.0), 1.0)
