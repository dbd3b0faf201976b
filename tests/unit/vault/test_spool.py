"""The spool of form uploads: a file to Python, ciphertext on disk."""

import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.formparser import parse_form_data
from werkzeug.test import EnvironBuilder

from portal.vault.errors import Tampered
from portal.vault.spool import BLOCK, EphemeralSpool

CANARY = b"CANARY-71d0b3c2a9e84f56-CANARY!!"


@settings(max_examples=30, deadline=None)
@given(
    pieces=st.lists(st.integers(0, 2 * BLOCK), max_size=4),
    reads=st.lists(st.tuples(st.integers(0, 5 * BLOCK), st.integers(-1, 3 * BLOCK)), max_size=5),
)
def test_it_behaves_like_a_file(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[int], reads: list[tuple[int, int]]
) -> None:
    model = io.BytesIO()
    with EphemeralSpool(tmp_path_factory.mktemp("spool")) as spool:
        for number, size in enumerate(pieces):
            data = bytes([number]) * size
            assert spool.write(data) == model.write(data)
            assert spool.tell() == model.tell()
        for position, size in reads:
            assert spool.seek(position) == model.seek(position)
            assert spool.read(size) == model.read(size)
        assert spool.seek(0, os.SEEK_END) == model.seek(0, os.SEEK_END)


def test_lines_and_copies(tmp_path: Path) -> None:
    with EphemeralSpool(tmp_path) as spool:
        spool.write(b"one\ntwo\n" + b"x" * BLOCK)
        spool.seek(0)
        assert spool.readline() == b"one\n"
        assert spool.seek(-4, os.SEEK_CUR) == 0
        copy = io.BytesIO()
        shutil.copyfileobj(spool, copy)
        assert copy.getvalue() == b"one\ntwo\n" + b"x" * BLOCK


def test_only_appending_is_writing(tmp_path: Path) -> None:
    with EphemeralSpool(tmp_path) as spool:
        spool.write(b"abc")
        spool.seek(0)
        with pytest.raises(io.UnsupportedOperation):
            spool.write(b"x")
        with pytest.raises(ValueError, match="negative"):
            spool.seek(-1)
    with pytest.raises(ValueError, match="closed"):
        spool.read()


def bytes_on_disk(spool: EphemeralSpool) -> bytes:
    assert spool._file is not None
    return os.pread(spool._file.fileno(), 100 * BLOCK, 0)


def test_nothing_readable_reaches_the_disk(tmp_path: Path) -> None:
    with EphemeralSpool(tmp_path / "spool") as spool:
        spool.write(CANARY * 50_000)
        assert len(bytes_on_disk(spool)) > BLOCK
        assert CANARY not in bytes_on_disk(spool)
        assert list((tmp_path / "spool").iterdir()) == []


def test_small_uploads_touch_no_disk(tmp_path: Path) -> None:
    with EphemeralSpool(tmp_path / "spool") as spool:
        spool.write(b"x" * 1000)
        assert not (tmp_path / "spool").exists()


def test_a_changed_block_is_refused(tmp_path: Path) -> None:
    with EphemeralSpool(tmp_path) as spool:
        spool.write(b"x" * 2 * BLOCK)
        assert spool._file is not None
        os.pwrite(spool._file.fileno(), b"\0", 100)
        spool.seek(0)
        with pytest.raises(Tampered):
            spool.read(1)


def test_werkzeug_spools_a_form_into_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[EphemeralSpool] = []

    def stream_factory(**_: Any) -> EphemeralSpool:
        made.append(EphemeralSpool(tmp_path / "spool"))
        return made[-1]

    content = CANARY * 40_000
    builder = EnvironBuilder(method="POST", data={"file": (io.BytesIO(content), "a.pdf"), "kind": "x"})
    environ = builder.get_environ()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    _, form, files = parse_form_data(environ, stream_factory=stream_factory)  # type: ignore[arg-type]
    assert form["kind"] == "x"
    assert files["file"].stream.read() == content
    assert CANARY not in bytes_on_disk(made[0])
    assert list(temporary.iterdir()) == []
    environ["wsgi.input"].close()
    builder.close()
    files["file"].close()
