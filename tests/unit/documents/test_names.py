"""File names as they are shown and sent."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from portal.documents.names import MAX_LENGTH, attachment, clean


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\Users\\Ana\\Befund März.pdf", "Befund März.pdf"),
        ("../../etc/passwd", "passwd"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("zero\u200bwidth\ufeff.pdf", "zerowidth.pdf"),
        ("", "file"),
        ("...", "file"),
        ("  two   words .pdf ", "two words .pdf"),
        ("検査結果.pdf", "検査結果.pdf"),
    ],
)
def test_names_are_cleaned_for_display(name: str, cleaned: str) -> None:
    assert clean(name) == cleaned


def test_a_long_name_keeps_its_extension() -> None:
    assert len(clean("x" * 999 + ".pdf")) == MAX_LENGTH
    assert clean("x" * 999 + ".pdf").endswith(".pdf")


@given(st.text(max_size=400))
def test_nothing_escapes_the_header(name: str) -> None:
    header = attachment(clean(name))
    assert "\r" not in header
    assert "\n" not in header
    header.encode("ascii")
    assert header.startswith('attachment; filename="')


@pytest.mark.parametrize("name", ['q"uo;te.pdf', "März.pdf", "100 %.pdf", "検査.pdf"])
def test_a_browser_reads_the_name_back(name: str) -> None:
    disposition, options = parse_options_header(attachment(name))
    assert disposition == "attachment"
    assert options["filename"] == name


def test_odd_names_collected_elsewhere(shared: Path) -> None:
    path = shared / "data" / "hostile" / "generated" / "filenames.json"
    for name in json.loads(path.read_text(encoding="utf-8")):
        cleaned = clean(str(name))
        assert cleaned
        assert len(cleaned) <= MAX_LENGTH
        attachment(cleaned).encode("ascii")
