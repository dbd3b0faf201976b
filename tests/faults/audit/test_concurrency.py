"""Many transactions at once write one unbroken chain, and never wait for each other in a circle."""

import threading
from pathlib import Path

from portal.audit import services as audit
from portal.core.actor import Actor
from portal.core.db import Database
from portal.jobs import services as jobs
from portal.jobs.models import Job

THREADS, ROUNDS = 6, 15


def test_the_chain_stays_whole_and_nobody_deadlocks(database: Database, tmp_path: Path) -> None:
    """Each transaction notes an act first and changes shared rows after, in opposite orders."""
    with database.session(write=True) as session:
        shared = [jobs.enqueue(session, "test.row", {}) for _ in range(2)]
        session.commit()
    errors: list[BaseException] = []

    def act(number: int) -> None:
        try:
            for turn in range(ROUNDS):
                with database.session(write=True) as session:
                    audit.record(session, Actor.system().did("row.changed", subject=f"{number}-{turn}"))
                    session.get_one(Job, shared[number % 2], with_for_update=True).attempts += 1
                    session.flush()
                    audit.record(session, Actor.system().did("row.changed.again"))
                    session.commit()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    with database.session() as session:
        verdict = audit.verify(session, tmp_path)
        assert (verdict.rows, verdict.problems) == (2 * THREADS * ROUNDS, [])
        assert [session.get_one(Job, row).attempts for row in shared] == [THREADS // 2 * ROUNDS] * 2
