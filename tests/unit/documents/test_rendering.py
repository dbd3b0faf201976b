"""The renderer's process: pages, words, limits, and what hostile files do to it."""

import io
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from portal.documents.frames import Limits, RenderedPage
from portal.documents.rendering import render
from portal.documents.text import PageText
from portal.documents.verdicts import Refusal, Refused
from tests.support import reports

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"


class Bytes:
    """A source in memory that counts what was asked for."""

    def __init__(self, data: bytes) -> None:
        self.data, self.size = data, len(data)

    def read_range(self, start: int, end: int) -> Iterator[bytes]:
        yield self.data[start:end]


def pages_of(data: bytes, media_type: str, **options: object) -> list[RenderedPage]:
    return list(render(Bytes(data), media_type, **options))  # type: ignore[arg-type]


def refusal(data: bytes, media_type: str, **options: object) -> Refusal:
    with pytest.raises(Refused) as caught:
        pages_of(data, media_type, **options)
    return caught.value.reason


def test_a_pdf_becomes_pages_with_their_words() -> None:
    pages = pages_of(reports.pdf(pages=3), PDF)
    assert [page.number for page in pages] == [1, 2, 3]
    assert (pages[0].width, pages[0].height) == (1700, 2200)
    image = Image.open(io.BytesIO(pages[1].image))
    assert image.size == (1700, 2200)
    assert not image.getexif()
    text = PageText.from_bytes(pages[1].text)
    assert "Page 2 of 3" in text.text
    words = {text.text[w.start : w.start + w.length]: w for w in text.words}
    word = words["receptor"]
    assert 0 < word.left < word.right < 1
    assert 0 < word.top < word.bottom < 0.3


def test_the_box_of_a_word_holds_its_ink() -> None:
    page = pages_of(reports.pdf(title="X", body="\\ #v(8cm) #h(5cm) WORD"), PDF)[0]
    text = PageText.from_bytes(page.text)
    word = next(w for w in text.words if text.text[w.start : w.start + w.length] == "WORD")
    image = Image.open(io.BytesIO(page.image)).convert("L").point(lambda v: 255 if v < 128 else 0)
    box = (word.left * page.width, word.top * page.height, word.right * page.width, word.bottom * page.height)
    left, top, right, bottom = (round(edge) for edge in box)
    assert image.crop((left - 4, top - 4, right + 4, bottom + 4)).getbbox()
    image.paste(0, (left - 4, top - 4, right + 4, bottom + 4))
    assert image.crop((0, top - 4, page.width, bottom + 4)).getbbox() is None


def test_rendering_goes_on_from_a_later_page() -> None:
    assert [page.number for page in pages_of(reports.pdf(pages=3), PDF, first=3)] == [3]
    assert pages_of(reports.pdf(pages=3), PDF, first=4) == []


def test_a_turned_photo_is_upright_and_tells_no_place() -> None:
    (page,) = pages_of(reports.photo(width=800, height=600, orientation=6, gps=True), JPEG)
    assert (page.width, page.height) == (600, 800)
    assert b"canary-place" not in page.image
    assert not Image.open(io.BytesIO(page.image)).getexif()
    assert page.text == b""


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_kind(mode: str) -> None:
    (page,) = pages_of(reports.scan(mode=mode), PNG)
    assert (page.width, page.height) == (600, 800)


@pytest.mark.parametrize(
    ("data", "media_type", "reason"),
    [
        (reports.locked_pdf(), PDF, Refusal.PASSWORD),
        (reports.pdf()[:3000], PDF, Refusal.DAMAGED),
        (b"%PDF-1.7\nnothing\n%%EOF", PDF, Refusal.DAMAGED),
        (reports.photo()[:2000], JPEG, Refusal.CUT_OFF),
        (reports.scan()[:60], PNG, Refusal.CUT_OFF),
        (reports.huge_png(), PNG, Refusal.TOO_MANY_PIXELS),
        (reports.pdf(), PNG, Refusal.DAMAGED),
        (reports.scan(), JPEG, Refusal.DAMAGED),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(
    data: bytes, media_type: str, reason: Refusal
) -> None:
    assert refusal(data, media_type) is reason


def test_too_many_pages() -> None:
    assert refusal(reports.pdf(pages=3), PDF, limits=Limits(pages=2)) is Refusal.TOO_MANY_PAGES


def test_a_renderer_without_memory_costs_one_document() -> None:
    limits = Limits(memory=200 * 1024 * 1024)
    assert (
        refusal(reports.scan(width=9000, height=9000, mode="RGBA"), PNG, limits=limits) is Refusal.TOO_COMPLEX
    )


def test_a_renderer_that_takes_too_long_is_killed() -> None:
    """No time at all for each of many pages: one may be there before the clock is set, never all."""
    limits = Limits(page_seconds=0)
    assert refusal(reports.pdf(pages=200), PDF, limits=limits) is Refusal.TOO_COMPLEX


def test_a_caller_that_stops_early_leaves_nothing_running() -> None:
    pages = render(Bytes(reports.pdf(pages=3)), PDF)
    assert next(pages).number == 1
    pages.close()


HOSTILE = (
    ("generated/pdf_*.pdf", PDF, 20),
    ("generated/polyglot_pdf_zip.pdf", PDF, 1),
    ("generated/*.png", PNG, 5),
    ("generated/j*.jpg", JPEG, 5),
    ("image/*.png", PNG, 12),
    ("image/*.jpg", JPEG, 8),
    ("pdf/*.pdf", PDF, 16),
)


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "media_type", "most"), HOSTILE)
def test_every_hostile_file_gets_a_verdict(shared: Path, pattern: str, media_type: str, most: int) -> None:
    """A sample spread over the corpus; a verdict each, and this process is still here."""
    files = sorted((shared / "data" / "hostile").glob(pattern))
    assert files
    limits = Limits(pages=30, page_seconds=10, total_seconds=25)
    for path in files[:: max(1, len(files) // most)]:
        with suppress(Refused):
            for page in render(Bytes(path.read_bytes()), media_type, limits=limits):
                assert page.width * page.height <= limits.longest_side**2
