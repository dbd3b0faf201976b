"""The streaming ZIP and the verifier that comes with it."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from portal.packages import verify, zipstream
from portal.packages.zipstream import Entry

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FILES = {"a.txt": b"first", "folder/b.bin": bytes(range(256)) * 9000, "empty": b""}


def _archive(files: dict[str, bytes]) -> bytes:
    entries = (Entry(name, len(data), [data[:7], data[7:]]) for name, data in files.items())
    return b"".join(zipstream.stream(entries, at=AT))


def _manifest(files: dict[str, bytes], **changes: Any) -> bytes:
    parts = [
        {"name": name, "media_type": "x/y", "size": len(data), "sha256": sha256(data).hexdigest()}
        for name, data in files.items()
    ]
    manifest = {
        "format": verify.FORMAT,
        "case": "SO-1",
        "edition": 1,
        "sealed_at": AT.isoformat(),
        "sealed_by": {},
        "content_digest": "",
        "parts": parts,
    }
    return json.dumps({**manifest, **changes}).encode()


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A package that is whole."""
    path = tmp_path / "package.zip"
    path.write_bytes(_archive({verify.MANIFEST: _manifest(FILES), **FILES}))
    return path


def test_zipfile_reads_what_was_streamed() -> None:
    with zipfile.ZipFile(io.BytesIO(_archive(FILES))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert archive.infolist()[0].date_time == (2026, 11, 23, 10, 0, 0)


def test_the_stream_is_handed_on_while_it_is_made() -> None:
    asked: list[str] = []

    def chunks() -> Iterator[bytes]:
        for number in range(3):
            asked.append(f"chunk {number}")
            yield bytes(1_000_000)

    made = zipstream.stream([Entry("x", 3_000_000, chunks())], at=AT)
    received = 0
    while received < 1_000_000:
        received += len(next(made))
    assert len(asked) == 1


def test_a_failing_part_leaves_no_readable_archive() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"good"
        raise RuntimeError("bad segment")

    out = bytearray()
    made = zipstream.stream([Entry("x", 8, chunks())], at=AT)
    with pytest.raises(RuntimeError, match="bad segment"):
        out.extend(byte for piece in made for byte in piece)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(out))


@pytest.mark.parametrize("limit", [3, 100, 2**31 - 1])
@pytest.mark.parametrize("files", [{}, FILES, {"ü/" + "n" * 200: b"x" * 5000, "b": b"y"}])
def test_the_length_is_known_before(
    monkeypatch: pytest.MonkeyPatch, limit: int, files: dict[str, bytes]
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    made = _archive(files)
    assert zipstream.length((name, len(data)) for name, data in files.items()) == len(made)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None


def test_a_whole_package_verifies(whole: Path) -> None:
    assert verify.verify(whole) == []
    assert verify.main([str(whole)]) == 0


def test_the_verifier_runs_alone(whole: Path, tmp_path: Path) -> None:
    alone = tmp_path / "verify.py"
    alone.write_bytes(Path(verify.__file__).read_bytes())
    ran = subprocess.run([sys.executable, "-I", alone, whole], check=False, capture_output=True, text=True)
    assert ran.returncode == 0
    assert ran.stdout.startswith("whole")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({**FILES, "a.txt": b"fIrst"}, "a.txt: was changed after sealing"),
        ({**FILES, "a.txt": b"first "}, "a.txt: has 6 bytes instead of 5"),
        ({**FILES, "extra": b""}, "extra: not in the manifest"),
        ({"a.txt": b"first", "empty": b""}, "folder/b.bin: missing"),
    ],
)
def test_each_change_is_named(tmp_path: Path, files: dict[str, bytes], problem: str) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(_archive({verify.MANIFEST: _manifest(FILES), **files}))
    assert problem in verify.verify(path)
    assert verify.main([str(path)]) == 1


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"{}", b'{"parts": [1]}', _manifest(FILES, format="other"), _manifest(FILES, parts=[{}])],
)
def test_a_strange_manifest_is_refused(tmp_path: Path, manifest: bytes) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(_archive({verify.MANIFEST: manifest}))
    assert len(verify.verify(path)) == 1


def test_every_truncation_is_noticed(whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()
    cut = tmp_path / "cut.zip"
    for length in (0, 10, 200, len(data) // 2, len(data) - 1):
        cut.write_bytes(data[:length])
        assert verify.verify(cut)


def test_a_flipped_byte_is_noticed(whole: Path, tmp_path: Path) -> None:
    data = bytearray(whole.read_bytes())
    flipped = tmp_path / "flipped.zip"
    data[data.index(b"first")] ^= 1
    flipped.write_bytes(data)
    assert verify.verify(flipped)


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    entries = [(verify.MANIFEST, _manifest({"a": b"1"})), ("a", b"2"), ("a", b"1")]
    with pytest.warns(UserWarning, match="Duplicate"):
        path.write_bytes(b"".join(zipstream.stream([Entry(n, len(d), [d]) for n, d in entries], at=AT)))
    assert "a: occurs more than once" in verify.verify(path)


def test_no_file_and_no_argument(tmp_path: Path) -> None:
    assert verify.verify(tmp_path / "none.zip")
    assert verify.main([]) == 2
