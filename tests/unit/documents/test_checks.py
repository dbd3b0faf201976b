"""The cheap checks: extension, first bytes, last bytes, sizes."""

import pytest

from portal.documents.checks import PDF, PassingFile
from portal.documents.verdicts import Refusal, Refused
from tests.support import reports


def judge(name: str, data: bytes, *, piece: int = 7, max_bytes: int = 10**6, case_bytes: int = 10**9) -> str:
    try:
        passing = PassingFile(name, max_bytes=max_bytes, case_bytes=case_bytes)
        for start in range(0, len(data), piece):
            passing.feed(data[start : start + piece])
        passing.finish()
    except Refused as refused:
        return refused.reason.value
    return passing.media_type


@pytest.mark.parametrize("piece", [1, 5, 1000, 10**6])
def test_a_whole_pdf_passes_in_pieces_of_any_size(piece: int) -> None:
    assert judge("Report.PDF", reports.pdf(), piece=piece) == PDF


@pytest.mark.parametrize(
    ("name", "data", "verdict"),
    [
        ("a.pdf", b"", Refusal.EMPTY),
        ("a.pdf", b"%", Refusal.DAMAGED),
        ("a.pdf", reports.pdf()[:-200], Refusal.CUT_OFF),
        ("a.pdf", reports.pdf() + b"PK\x03\x04", Refusal.TRAILING),
        ("a.pdf", reports.pdf() + b"\r\n \x00\n", PDF),
        ("a.pdf", b"\n" + reports.pdf(), Refusal.MISLABELLED),
        ("a.pdf", reports.photo(), Refusal.MISLABELLED),
        ("a.jpg", reports.pdf(), Refusal.MISLABELLED),
        ("a.png", reports.photo(), Refusal.MISLABELLED),
        ("a.jpeg", reports.photo(), "image/jpeg"),
        ("a.png", reports.scan(), "image/png"),
        ("a.docx", b"PK\x03\x04", Refusal.TYPE),
        ("pdf", reports.pdf(), Refusal.TYPE),
        ("a.pdf.exe", reports.pdf(), Refusal.TYPE),
        ("a.svg", b"<svg/>", Refusal.TYPE),
    ],
)
def test_name_and_content_must_agree(name: str, data: bytes, verdict: str) -> None:
    assert judge(name, data, piece=64) == str(verdict)


def test_too_large_is_noticed_at_the_first_byte_too_many() -> None:
    passing = PassingFile("a.pdf", max_bytes=10, case_bytes=100)
    passing.feed(b"%PDF-1.7\n\n")
    with pytest.raises(Refused) as caught:
        passing.feed(b"x")
    assert caught.value.reason is Refusal.TOO_LARGE


def test_a_full_case_is_told_apart_from_a_large_file() -> None:
    assert judge("a.pdf", reports.pdf(), case_bytes=100) == "case_bytes"
    assert judge("a.pdf", reports.pdf(), max_bytes=100) == "too_large"
