"""Request bodies read piece by piece."""

import io

import pytest

from portal.documents.bodies import FormField, FormFile, FormParts, HungUp, NotAForm, pieces

BOUNDARY = "xyzzy"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form(*parts: tuple[str, str | None, bytes]) -> bytes:
    out = b""
    for name, file_name, data in parts:
        disposition = f'form-data; name="{name}"' + (
            f'; filename="{file_name}"' if file_name is not None else ""
        )
        out += f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + data + b"\r\n"
    return out + f"--{BOUNDARY}--\r\n".encode()


def read(body: bytes, length: int | None = None) -> list[tuple[str, bytes]]:
    found = []
    for part in FormParts(io.BytesIO(body), len(body) if length is None else length, TYPE):
        if isinstance(part, FormField):
            found.append((part.name, part.value.encode()))
        else:
            assert isinstance(part, FormFile)
            found.append((part.file_name, b"".join(part.chunks)))
    return found


def test_a_raw_body_comes_in_pieces_and_stops_at_its_length() -> None:
    stream = io.BytesIO(b"abcdefgh-next request")
    assert list(pieces(stream, 8, size=3)) == [b"abc", b"def", b"gh"]


def test_a_body_that_ends_early_is_not_taken_for_a_whole_one() -> None:
    with pytest.raises(HungUp):
        list(pieces(io.BytesIO(b"abc"), 4))


def test_fields_and_files_in_the_order_they_were_sent() -> None:
    big = bytes(range(256)) * 4096
    body = form(
        ("csrf_token", None, b"t"), ("kind", None, b"other"), ("files", "a.pdf", big), ("files", "b.pdf", b"")
    )
    assert read(body) == [("csrf_token", b"t"), ("kind", b"other"), ("a.pdf", big), ("b.pdf", b"")]


def test_a_file_nobody_takes_is_passed_over() -> None:
    body = form(("files", "a.pdf", b"x" * 3_000_000), ("kind", None, b"late"))
    parts = [part.name for part in FormParts(io.BytesIO(body), len(body), TYPE)]
    assert parts == ["files", "kind"]


@pytest.mark.parametrize("cut", [1, 10, 40, 60, 1000])
def test_a_cut_form_is_never_complete(cut: int) -> None:
    body = form(("kind", None, b"other"), ("files", "a.pdf", b"x" * 1000))
    with pytest.raises((HungUp, NotAForm)):
        read(body[:-cut], len(body))
    with pytest.raises((HungUp, NotAForm)):
        read(body[: -cut - 2])


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data", "application/json"])
def test_another_body_is_not_a_form(content_type: str) -> None:
    with pytest.raises(NotAForm):
        FormParts(io.BytesIO(b""), 0, content_type)
