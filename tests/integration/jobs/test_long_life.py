"""A worker outlives its database, and stops cleanly when asked."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from flask import Flask

from portal.core.db import Base, Database
from portal.jobs import services as jobs
from portal.jobs.context import JobContext
from portal.jobs.models import Job
from portal.jobs.registry import handler
from portal.jobs.worker import Worker
from portal.settings import Settings

ROOT = Path(__file__).resolve().parents[3]


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_database_that_comes_late_is_waited_for(sqlite_url: str, handlers: None) -> None:
    done = threading.Event()

    @handler("test.work")
    def work(_: JobContext, __: object) -> None:
        done.set()

    database = Database(sqlite_url)
    worker = Worker(database, nullcontext)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        time.sleep(0.6)
        assert thread.is_alive()
        Base.metadata.create_all(database.engine, [Job.__table__])  # type: ignore[list-item]
        with database.session(write=True) as session:
            jobs.enqueue(session, "test.work", {})
            session.commit()
        assert done.wait(20)
    finally:
        worker.stop.set()
        thread.join()
        database.dispose()


def test_an_unreachable_server_is_asked_less_and_less(handlers: None) -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    worker = Worker(database, nullcontext)
    assert [worker._turn() for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_the_command_stops_when_asked(app: Flask, settings: Settings, sign: signal.Signals) -> None:
    environment = {
        **os.environ,
        "PORTAL_ENVIRONMENT": "test",
        "PORTAL_DATA_DIR": str(settings.data_dir),
        "PORTAL_DATABASE_URL": settings.database,
        "PORTAL_MASTER_KEY": settings.master_key,
        "PORTAL_SECRET_KEY": "test-only",
    }
    database: Database = app.extensions["database"]
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "worker"],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        assert "worker.started" in first, first + process.stderr.read()
        wait_for(lambda: _done(database, "audit.anchor"))
        process.send_signal(sign)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0, errors
        assert "worker.stopped" in errors


def _done(database: Database, kind: str) -> bool:
    with database.session() as session:
        return bool(session.query(Job).filter_by(kind=kind, state="done").count())
