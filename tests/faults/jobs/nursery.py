"""A process that forks real workers on request, so that starting one takes milliseconds.

    python -m tests.faults.jobs.nursery URL LEASE_SECONDS

Each line on standard input starts a worker and is answered with its process id.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta

from sqlalchemy import Column, Integer, MetaData, String, Table

from portal.core import logs
from portal.core.db import BigSerial, Database
from portal.jobs.context import JobContext
from portal.jobs.registry import handler
from portal.jobs.worker import Worker

KIND = "faults.append"
EFFECTS = Table(
    "effects",
    MetaData(),
    Column("seq", BigSerial, primary_key=True, autoincrement=True),
    Column("job_id", String(32)),
    Column("attempt", Integer),
)


def linger() -> None:
    time.sleep(random.uniform(0, 0.03))


@handler(KIND)
def append(context: JobContext, _: Mapping[str, str]) -> None:
    """One row a job; nothing but the fence keeps a second run from adding another."""
    linger()
    context.fence()
    linger()
    context.session.execute(EFFECTS.insert().values(job_id=context.job_id, attempt=context.attempt))
    linger()


def work(url: str, lease: timedelta) -> None:
    """Be a worker until killed."""
    Worker(Database(url), nullcontext, lease=lease).run()


def main() -> None:
    """Fork a worker for each line."""
    url, seconds = sys.argv[1:]
    logs.configure()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            work(url, timedelta(seconds=float(seconds)))
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
