"""The admin's page of staff, and the commands."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from portal.core.actor import Role
from tests.integration.accounts.kit import PASSWORD, Browser, code_now, link, mails, person

STAFF = (Role.COORDINATOR, Role.REVIEWER, Role.AUDITOR)


@pytest.fixture
def admin(app: Flask, browser: Browser) -> Browser:
    """An admin who has just signed in."""
    person(app, Role.ADMIN, name="Ida Admin")
    browser.sign_in("admin@example.org")
    return browser


def test_staff_are_listed_and_patients_never(app: Flask, admin: Browser) -> None:
    for role in (*STAFF, Role.PATIENT):
        person(app, role, name=f"{role.value.title()} Person")
    page = admin.page("/admin/people")
    assert all(f"{role.value.title()} Person" in page.text for role in STAFF)
    assert "Patient Person" not in page.text
    assert "patient@example.org" not in page.html
    page = admin.page("/admin/people?role=reviewer&active=yes")
    assert "Reviewer Person" in page.text
    assert "Coordinator Person" not in page.text
    assert "Nobody matches." in admin.page("/admin/people?role=reviewer&active=no").text
    admin.page("/admin/people?role=patient&active=perhaps")


@pytest.mark.parametrize("role", [*STAFF, Role.PATIENT])
def test_nobody_else_sees_the_page(app: Flask, browser: Browser, role: Role) -> None:
    person(app, role)
    browser.sign_in(f"{role.value}@example.org")
    assert browser.client.get("/admin/people").status_code == 404
    assert browser.send("/admin/people/invite", email="x@example.org").status_code == 404


def test_an_admin_invites_staff(app: Flask, admin: Browser, new_browser: Callable[[], Browser]) -> None:
    admin.page("/admin/people/invite")
    form = {"name": "Lee Park", "email": "lee@example.org", "role": "coordinator"}
    assert admin.send("/admin/people/invite", **form).location == "/admin/people"
    assert mails(app)[-1][:2] == ("lee@example.org", "invitation_staff")
    new = new_browser()
    new.send(link(app), password=PASSWORD)
    assert "Not set up yet" in admin.page("/admin/people").text
    new.set_up_app()
    assert "Not set up yet" not in admin.page("/admin/people").text


def test_mistakes_in_an_invitation_say_what_to_do(app: Flask, admin: Browser) -> None:
    form = {"name": "Lee Park", "email": "lee@example.org", "role": "coordinator"}
    assert "Not a valid choice" in admin.refused("/admin/people/invite", **form | {"role": "patient"}).text
    page = admin.refused("/admin/people/invite", **form | {"email": "lee"})
    assert "Enter an email address in the correct format" in page.text
    page = admin.refused("/admin/people/invite", **form | {"email": "admin@example.org"})
    assert "cannot be invited" in page.text


def test_switching_off_and_on(app: Flask, admin: Browser, new_browser: Callable[[], Browser]) -> None:
    user = person(app, Role.REVIEWER)
    reviewer = new_browser()
    reviewer.sign_in("reviewer@example.org")
    assert admin.send(f"/admin/people/{user.id}/disable").location == "/admin/people"
    assert not reviewer.signed_in
    reviewer.refused("/sign-in", email="reviewer@example.org", password=PASSWORD)
    admin.send(f"/admin/people/{user.id}/enable")
    reviewer.sign_in("reviewer@example.org")
    assert reviewer.signed_in


def test_patients_and_unknown_people_cannot_be_switched_off(app: Flask, admin: Browser) -> None:
    user = person(app)
    foreign = admin.send(f"/admin/people/{user.id}/disable")
    unknown = admin.send(f"/admin/people/{'0' * 32}/disable")
    assert foreign.status_code == unknown.status_code == 404


def test_an_admin_cannot_lock_themselves_out(app: Flask, browser: Browser) -> None:
    user = person(app, Role.ADMIN)
    browser.sign_in("admin@example.org")
    answer = browser.send(f"/admin/people/{user.id}/disable")
    assert answer.status_code == 409
    assert "Ask another admin" in answer.text
    assert browser.signed_in


def test_changes_ask_for_both_factors_again_after_a_while(app: Flask, admin: Browser) -> None:
    user = person(app, Role.REVIEWER)
    admin.clock.shift(timedelta(minutes=6))
    asked = admin.client.post(
        f"/admin/people/{user.id}/disable", headers={"Referer": "http://localhost/admin/people"}
    )
    assert asked.location == "/step-up?next=/admin/people"
    assert admin.send(asked.location, password=PASSWORD, code=code_now()).location == "/admin/people"
    assert admin.send(f"/admin/people/{user.id}/disable").location == "/admin/people"


def test_the_first_admin_comes_in_by_command(app: Flask, browser: Browser) -> None:
    run = app.test_cli_runner().invoke
    arguments = ["accounts", "invite", "first@example.org", "--role", "admin", "--name", "First Admin"]
    printed = run(args=[*arguments, "--print-link"])
    assert printed.exit_code == 0, printed.output
    browser.send(printed.output.strip().removeprefix("http://localhost"), password=PASSWORD)
    browser.set_up_app()
    browser.page("/admin/people")
    again = run(args=arguments)
    assert again.exit_code == 1
    assert "cannot be invited" in again.output


def test_an_invitation_by_command_goes_by_mail(app: Flask) -> None:
    arguments = ["invite", "one@example.org", "--role", "patient", "--name", "One"]
    result = app.test_cli_runner().invoke(args=["accounts", *arguments])
    assert result.output == "The invitation is on its way.\n"
    assert mails(app)[-1][:2] == ("one@example.org", "invitation_patient")


def test_a_command_shuts_staff_out(app: Flask, browser: Browser) -> None:
    person(app, Role.REVIEWER)
    browser.sign_in("reviewer@example.org")
    run = app.test_cli_runner().invoke
    assert run(args=["accounts", "disable", "reviewer@example.org"]).exit_code == 0
    assert not browser.signed_in
    assert run(args=["accounts", "disable", "nobody@example.org"]).exit_code == 1
