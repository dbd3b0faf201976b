"""The administrator's page of background work."""

from collections.abc import Callable

from flask import Flask

from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.jobs import services as jobs
from tests.support.pages import PortalClient

SignIn = Callable[..., Actor]


def test_a_dead_job_is_shown_and_run_again(app: Flask, client: PortalClient, sign_in: SignIn) -> None:
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        job_id = jobs.enqueue(session, "test.nobody", {"document": "secret-id"})
        session.commit()
    app.test_cli_runner().invoke(args=["worker", "--once"])
    sign_in(Role.ADMIN)

    page = client.page("/admin/jobs")
    assert "test.nobody" in page.text
    assert "UnknownKind" in page.text
    assert "secret-id" not in page.html

    response = client.submit(f"/admin/jobs/{job_id}/again")
    assert (response.status_code, response.location) == (303, "/admin/jobs")
    assert "Nothing needs you" in client.page("/admin/jobs").text
    assert client.submit(f"/admin/jobs/{job_id}/again").status_code == 404


def test_only_administrators_see_it(client: PortalClient, sign_in: SignIn) -> None:
    sign_in(Role.COORDINATOR)
    client.page("/admin/jobs", status=404)
    assert client.submit("/admin/jobs/x/again").status_code == 404
