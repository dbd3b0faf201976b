"""What a worker does with jobs that work, fail, hang, or are nobody's."""

import threading
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.core.clock import now
from portal.core.db import Database
from portal.core.errors import NotFound
from portal.jobs import queue
from portal.jobs import services as jobs
from portal.jobs.context import GiveUp, JobContext
from portal.jobs.models import Job
from portal.jobs.registry import handler
from portal.jobs.tasks import cleanup
from portal.jobs.worker import Stopped, Worker

Payload = Mapping[str, str]
SHORT = timedelta(milliseconds=300)
EXPIRED = timedelta(seconds=-1)


def enqueue(database: Database, kind: str = "test.work", **options: object) -> str:
    with database.session(write=True) as session:
        job_id = jobs.enqueue(session, kind, {"n": "1"}, **options)  # type: ignore[arg-type]
        session.commit()
    return job_id


def find(database: Database, job_id: str) -> Job:
    with database.session() as session:
        return session.get_one(Job, job_id)


def make_due(database: Database) -> None:
    with database.session(write=True) as session:
        session.execute(update(Job).values(run_at=now() - timedelta(minutes=1)))
        session.commit()


def expire_leases(database: Database) -> None:
    with database.session(write=True) as session:
        session.execute(update(Job).values(lease_until=now() - timedelta(minutes=1)))
        session.commit()


def add_effect(context: JobContext) -> None:
    """An effect in the database: one more job of a kind that nobody does."""
    jobs.enqueue(context.session, "test.effect", {}, run_at=now() + timedelta(days=1))


def effects(database: Database) -> int:
    with database.session() as session:
        return len(session.scalars(select(Job).where(Job.kind == "test.effect")).all())


def test_effect_and_completion_are_committed_together(database: Database, worker: Worker) -> None:
    seen: list[Payload] = []

    @handler("test.work")
    def work(context: JobContext, payload: Payload) -> None:
        seen.append(payload)
        context.fence()
        add_effect(context)

    job_id = enqueue(database)
    enqueue(database, run_at=now() + timedelta(hours=1))

    assert worker.drain() == 1
    job = find(database, job_id)
    assert (job.state, job.attempts, job.fence) == ("done", 1, 1)
    assert job.finished_at is not None
    assert seen == [{"n": "1"}]
    assert effects(database) == 1


def test_a_failure_undoes_the_effect_and_is_tried_again_later(database: Database, worker: Worker) -> None:
    fails = [True]

    @handler("test.work")
    def work(context: JobContext, _: Payload) -> None:
        add_effect(context)
        if fails.pop() if fails else False:
            raise ZeroDivisionError("her secret")

    job_id = enqueue(database)
    worker.drain()
    job = find(database, job_id)
    assert (job.state, job.last_error, effects(database)) == ("queued", "ZeroDivisionError", 0)
    assert job.run_at > now()

    make_due(database)
    worker.drain()
    assert (find(database, job_id).state, effects(database)) == ("done", 1)


def test_the_last_failure_buries_the_job_and_a_person_revives_it(database: Database, worker: Worker) -> None:
    @handler("test.work")
    def work(_: JobContext, __: Payload) -> None:
        raise KeyError

    job_id = enqueue(database, max_attempts=2, key="k")
    worker.drain()
    make_due(database)
    worker.drain()
    assert (find(database, job_id).state, find(database, job_id).attempts) == ("dead", 2)

    with database.session(write=True) as session:
        jobs.run_again(session, job_id)
        session.commit()
        with pytest.raises(NotFound):
            jobs.run_again(session, job_id)
        fresh = session.scalars(select(Job).where(Job.state == "queued")).one()
        assert (fresh.kind, fresh.key, fresh.attempts, fresh.max_attempts) == ("test.work", "k", 0, 2)


@pytest.mark.parametrize(("kind", "code"), [("test.nobody", "UnknownKind"), ("test.hopeless", "FileGone")])
def test_what_no_retry_can_help_is_dead_at_once(
    database: Database, worker: Worker, kind: str, code: str
) -> None:
    @handler("test.hopeless")
    def work(_: JobContext, __: Payload) -> None:
        raise GiveUp("FileGone")

    job_id = enqueue(database, kind)
    worker.drain()
    assert (find(database, job_id).state, find(database, job_id).last_error) == ("dead", code)


def test_a_worker_that_lost_its_lease_has_no_effect(database: Database, handlers: None) -> None:
    """Its lease runs out while it works, another one does the job, and then it wants to finish."""
    overtaking = Worker(database, nullcontext)
    runs: list[int] = []

    @handler("test.work")
    def work(context: JobContext, _: Payload) -> None:
        runs.append(context.attempt)
        if context.attempt == 1:
            expire_leases(database)
            assert overtaking.step()
        add_effect(context)

    job_id = enqueue(database)
    Worker(database, nullcontext).step()

    job = find(database, job_id)
    assert (job.state, job.fence, job.last_error) == ("done", 2, None)
    assert runs == [1, 2]
    assert effects(database) == 1


def test_a_late_failure_does_not_touch_what_another_worker_has(database: Database, worker: Worker) -> None:
    job_id = enqueue(database)
    late = queue.claim(database, "late", EXPIRED)
    current = queue.claim(database, "current", SHORT)
    assert late is not None
    assert current is not None
    queue.fail(database, late, "TooLate")
    job = find(database, job_id)
    assert (job.state, job.worker, job.last_error) == ("running", "current", None)


def test_the_fence_tells_a_handler_that_it_is_too_late(database: Database, handlers: None) -> None:
    outside: list[str] = []

    @handler("test.work")
    def work(context: JobContext, _: Payload) -> None:
        expire_leases(database)
        taken = queue.claim(database, "other", timedelta(minutes=1))
        assert taken is not None
        context.fence()
        outside.append("mail sent")

    job_id = enqueue(database)
    Worker(database, nullcontext).step()
    assert outside == []
    assert find(database, job_id).state == "running"
    assert find(database, job_id).worker == "other"


def test_the_heartbeat_keeps_a_long_job(database: Database, handlers: None) -> None:
    release = threading.Event()

    @handler("test.work")
    def work(context: JobContext, _: Payload) -> None:
        assert release.wait(10)
        add_effect(context)

    job_id = enqueue(database)
    worker = Worker(database, nullcontext, lease=timedelta(seconds=1))
    thread = threading.Thread(target=worker.step)
    thread.start()
    first = None
    deadline = now() + timedelta(seconds=20)
    while now() < deadline:
        job = find(database, job_id)
        first = first or job.lease_until
        if (
            first is not None
            and job.lease_until is not None
            and job.lease_until > first + timedelta(seconds=1)
        ):
            break
        release.wait(0.05)
    else:
        pytest.fail("the lease was never renewed")
    assert queue.claim(database, "other", SHORT) is None
    release.set()
    thread.join()
    assert (find(database, job_id).state, effects(database)) == ("done", 1)


def test_a_job_that_kills_its_workers_is_buried(database: Database, worker: Worker) -> None:
    job_id = enqueue(database, max_attempts=2)
    for _ in range(2):
        assert queue.claim(database, "dies", EXPIRED) is not None
    assert queue.claim(database, "careful", SHORT) is None
    assert (find(database, job_id).state, find(database, job_id).last_error) == ("dead", "WorkerDied")


def test_an_interrupted_job_is_given_back(database: Database, worker: Worker) -> None:
    @handler("test.work")
    def work(context: JobContext, _: Payload) -> None:
        add_effect(context)
        raise Stopped

    job_id = enqueue(database)
    with pytest.raises(Stopped):
        worker.step()
    assert (find(database, job_id).state, effects(database)) == ("queued", 0)


def test_a_change_during_the_run_causes_another_run(database: Database, worker: Worker) -> None:
    runs: list[str] = []

    @handler("test.work")
    def work(context: JobContext, _: Payload) -> None:
        runs.append(context.job_id)
        if len(runs) == 1:
            enqueue(database, key="same")

    job_id = enqueue(database, key="same")
    worker.drain()
    assert runs == [job_id, job_id]
    assert find(database, job_id).state == "done"


def test_recurring_work_comes_back_by_itself(database: Database, worker: Worker) -> None:
    runs: list[str] = []

    @handler("test.tick", every=60)
    def tick(context: JobContext, _: Payload) -> None:
        runs.append(context.job_id)

    assert worker.drain() == 1
    queue.schedule_recurring(database)
    queue.schedule_recurring(database)
    with database.session() as session:
        queued = session.scalars(select(Job).where(Job.state == "queued")).one()
        assert timedelta(seconds=50) < queued.run_at - now() <= timedelta(seconds=61)
    make_due(database)
    worker.step()
    assert len(runs) == 2


def test_two_workers_never_do_one_job_twice(database: Database, handlers: None) -> None:
    done: list[str] = []

    @handler("test.work")
    def work(context: JobContext, _: Payload) -> None:
        done.append(context.job_id)

    ids = {enqueue(database) for _ in range(30)}
    threads = [threading.Thread(target=Worker(database, nullcontext).drain) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 30
    assert set(done) == ids


def test_old_finished_jobs_are_forgotten_and_dead_ones_kept(database: Database, worker: Worker) -> None:
    handler("jobs.cleanup")(cleanup)
    ends = {
        enqueue(database): ("done", timedelta(days=8)),
        enqueue(database): ("done", timedelta(days=6)),
        enqueue(database): ("dead", timedelta(days=90)),
    }
    with database.session(write=True) as session:
        for job_id, (state, age) in ends.items():
            job = session.get_one(Job, job_id)
            job.state, job.finished_at = state, now() - age
        session.commit()
    forgotten, *kept = ends
    kept.append(enqueue(database, "jobs.cleanup"))
    worker.drain()
    with database.session() as session:
        assert set(session.scalars(select(Job.id))) == set(kept), f"not {forgotten}"
