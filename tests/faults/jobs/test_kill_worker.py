"""Workers die by ``kill -9`` or freeze past their lease: no job is lost, none has its effect twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.core.db import Database
from portal.jobs import services as jobs
from portal.jobs.models import Job, JobState
from tests.faults.jobs.nursery import EFFECTS, KIND

ROOT = Path(__file__).resolve().parents[3]
JOBS, WORKERS, LEASE_SECONDS = 150, 3, 0.6
FROZEN_SECONDS = 2 * LEASE_SECONDS
ENOUGH_SECONDS = 60


class Nursery:
    """Starts workers and kills them."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.workers: list[int] = []
        self.kills = 0
        self.freezes = 0
        self._frozen: tuple[int, float] | None = None

    def start(self) -> None:
        """One more worker."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self.workers.append(int(self._process.stdout.readline()))

    def kill_one(self) -> None:
        """``kill -9`` a worker, whatever it is doing."""
        victim = self.workers.pop(random.randrange(len(self.workers)))
        os.kill(victim, signal.SIGKILL)
        self.kills += 1

    def freeze_one(self) -> None:
        """Stop a worker as a paused virtual machine would be; it wakes up after its lease has run out."""
        victim = self.workers.pop(random.randrange(len(self.workers)))
        os.kill(victim, signal.SIGSTOP)
        self._frozen = (victim, time.monotonic())
        self.freezes += 1

    def trouble(self) -> None:
        """Wake the frozen worker when it is time, or freeze one, or kill one."""
        if self._frozen and time.monotonic() - self._frozen[1] > FROZEN_SECONDS:
            self.wake()
        elif self._frozen is None and random.random() < 0.3:
            self.freeze_one()
            self.start()
        else:
            self.kill_one()
            self.start()

    def wake(self) -> None:
        """Let the frozen worker go on as if nothing had happened."""
        if self._frozen:
            os.kill(self._frozen[0], signal.SIGCONT)
            self.workers.append(self._frozen[0])
            self._frozen = None


@contextmanager
def nursery(url: str) -> Iterator[Nursery]:
    """A nursery and its workers, all gone afterwards."""
    command = [sys.executable, "-m", "tests.faults.jobs.nursery", url, str(LEASE_SECONDS)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        made = Nursery(process)
        try:
            yield made
        finally:
            made.wake()
            for worker in made.workers:
                os.kill(worker, signal.SIGKILL)
            process.kill()


def unfinished(database: Database) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).where(Job.state != JobState.DONE.value)) or 0


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_done_twice(
    database: Database, record_property: Callable[[str, object], None]
) -> None:
    EFFECTS.create(database.engine)
    with database.session(write=True) as session:
        for _ in range(JOBS):
            jobs.enqueue(session, KIND, {}, max_attempts=100)
        session.commit()

    began = time.monotonic()
    url = database.engine.url.render_as_string(hide_password=False)
    with nursery(url) as workers:
        for _ in range(WORKERS):
            workers.start()
        while unfinished(database):
            assert time.monotonic() - began < ENOUGH_SECONDS, f"{unfinished(database)} jobs never finished"
            time.sleep(random.uniform(0.05, 0.3))
            workers.trouble()
        workers.wake()
        time.sleep(LEASE_SECONDS)
    seconds = round(time.monotonic() - began, 1)

    with database.session() as session:
        effects = Counter(session.scalars(select(EFFECTS.c.job_id)))
        rows = session.scalars(select(Job)).all()
    interrupted = sum(job.attempts > 1 for job in rows)
    report = {
        "jobs": JOBS,
        "kills": workers.kills,
        "freezes": workers.freezes,
        "interrupted jobs": interrupted,
        "seconds": seconds,
    }
    for name, value in report.items():
        record_property(name, value)
    print(report)

    assert {job.id for job in rows} == set(effects), "every job had its effect"
    assert set(effects.values()) == {1}, "and had it once"
    assert {job.last_error for job in rows} == {None}
    assert workers.kills >= 10
    assert workers.freezes >= 1
    assert interrupted > 0, "no kill hit a running job: the test proved nothing"
