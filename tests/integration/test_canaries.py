"""What a thief finds: nothing of what was typed or uploaded, wherever it was put down, in no encoding.

A case walks through every room with a canary in each field, on SQLite and on PostgreSQL. Then the database
files with their write-ahead logs, every column of every table, the object store, the spool, the keys, the
anchor, the temporary directory and the logs are searched.
"""

import gzip
import logging
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from portal import create_app, models
from portal.core.db import Base, Database
from portal.settings import Settings
from tests.integration.canary_walk import Walk, answer_with_canary, report
from tests.integration.intake import walking
from tests.support.canaries import CANARY, traces, traces_in_files
from tests.support.databases import postgres_database
from tests.support.outages import stoppable_postgres
from tests.support.pages import PortalClient
from tests.support.people import SignedIn
from tests.support.uncommitted import Uncommitted


@pytest.fixture(params=["sqlite", "postgres"])
def places(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> Iterator[tuple[Settings, list[Path]]]:
    """Settings, and the folders where anything could be put down."""
    ours = [tmp_path]
    if request.param == "sqlite":
        yield settings, ours
        return
    with stoppable_postgres() as server, postgres_database(server.url) as url:
        yield settings.model_copy(update={"database_url": url}), [*ours, server.directory]


@pytest.fixture
def app(places: tuple[Settings, list[Path]]) -> Iterator[Flask]:
    models.load()
    app = create_app(places[0])
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = PortalClient
    database: Database = app.extensions["database"]
    database.create_all()
    app.extensions["uncommitted"] = watch = Uncommitted(app)
    yield app
    watch.stop()
    database.dispose()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporary files of this process and of those it starts lie where the search looks."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


@pytest.mark.slow
@pytest.mark.usefixtures("temporary")
def test_a_thief_of_everything_finds_no_canary(
    app: Flask,
    client: PortalClient,
    places: tuple[Settings, list[Path]],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    walk = Walk(app, client, SignedIn(app), lambda answer: monkeypatch.setattr(walking, "an_answer", answer))
    walk.signed_in.as_(None)
    walk.signed_in.as_(walk.patient())
    walk.release(walk.tell_and_send().reference)
    database: Database = app.extensions["database"]
    settings, folders = places
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect() as connection:
            connection.execute(text("checkpoint"))
    assert traces_in_files(*folders) == {}
    assert columns_with_traces(database) == {}
    written = capfd.readouterr()
    assert list(traces((written.out + written.err + caplog.text).encode())) == []
    objects = [path for path in (settings.data_dir / "objects").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in objects) > 2 * len(report()), "everything is still there"


def columns_with_traces(database: Database) -> dict[str, list[str]]:
    """Columns of all tables that hold the canary in some form, read past every decryption."""
    found: dict[str, list[str]] = {}
    with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = connection.execute(text(f'select * from "{table.name}"')).mappings().all()
            for row in rows:
                for column, value in row.items():
                    data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    if hits := sorted(set(traces(data))):
                        found[f"{table.name}.{column}"] = hits
    return found


@pytest.mark.parametrize(
    "hidden",
    [
        CANARY.encode(),
        CANARY.upper().encode(),
        CANARY.encode("utf-16"),
        CANARY.encode().hex().upper().encode(),
        b"x" + b64encode(b"ab" + CANARY.encode() + b"tail"),
        b64encode(b"a" + CANARY.encode()),
        b"noise" + gzip.compress(b"{" + CANARY.encode() + b"}") + b"more",
        gzip.compress(b64encode(b"a" + CANARY.encode())),
    ],
    ids=["raw", "upper", "utf-16", "hex", "base64", "base64 shifted", "gzip", "gzip of base64"],
)
def test_the_search_would_find_one(hidden: bytes, tmp_path: Path) -> None:
    (tmp_path / "leak").write_bytes(b"before" + hidden + b"after")
    assert traces_in_files(tmp_path)


def test_answers_typed_in_words_carry_the_canary() -> None:
    assert CANARY in str(answer_with_canary(_text_item()))


def _text_item() -> object:
    from portal.knowledge import loader  # noqa: PLC0415
    from portal.knowledge.questionnaire import ItemType  # noqa: PLC0415

    return next(item for item in loader.pack().questionnaire.walk() if item.type is ItemType.TEXT)
