"""The parts of the journey besides the questions: start, consents, entries, urgent answers, taking back."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal.cases.models import CaseStatus
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.intake.models import CALL_NOW, Consent
from portal.knowledge.questionnaire import Coding
from portal.knowledge.told import Told
from tests.integration.intake.walking import Walker
from tests.support.pages import PortalClient
from tests.support.people import SignedIn


def test_the_first_page_says_what_this_is(client: PortalClient, signed_in: SignedIn) -> None:
    page = client.page("/")
    assert "What happens to your documents" in page.text
    assert "/register" in page.links
    assert "/sign-in" in page.links


FIRST = {
    Role.PATIENT: "/cases",
    Role.CAREGIVER: "/cases",
    Role.COORDINATOR: "/triage",
    Role.REVIEWER: "/reviews",
    Role.ADMIN: "/admin/people",
    Role.AUDITOR: "/audit",
}


@pytest.mark.parametrize("role", FIRST)
def test_home_leads_to_the_first_page_of_the_role(
    client: PortalClient, sign_in: Callable[..., Actor], role: Role
) -> None:
    sign_in(role)
    assert client.get("/home").location == FIRST[role]


def test_a_patient_with_one_case_goes_straight_to_it(client: PortalClient, walker: Walker) -> None:
    assert client.get("/home").location == walker.base
    assert walker.reference in client.page("/cases").text


def test_starting_twice_goes_on_with_the_same_case(client: PortalClient, walker: Walker) -> None:
    assert client.submit("/cases").location == walker.base


def test_a_caregiver_cannot_start_a_case(client: PortalClient, sign_in: Callable[..., Actor]) -> None:
    sign_in(Role.CAREGIVER)
    assert client.submit("/cases").status_code == 404
    assert "Start a request" not in client.page("/cases").text


def test_consents_come_first_and_all_are_needed(app: Flask, client: PortalClient, patient: Actor) -> None:
    base = client.submit("/cases").location or ""
    assert client.get(base).location == f"{base}/consents"
    assert client.get(f"{base}/tasks/about-you").location == f"{base}/consents"
    page = client.submit_for_page(f"{base}/consents", {"portal": "y"})
    assert "Tick the box" in page.text
    assert "Type your full name" in page.text
    names = {"portal": "y", "telehealth": "y", "records": "y"}
    client.submit_for_page(f"{base}/consents", {**names, "signature": "x" * 201})
    assert client.submit(f"{base}/consents", {**names, "signature": " Ann  "}).location == base
    database: Database = app.extensions["database"]
    with database.session() as session:
        rows = session.query(Consent).all()
        assert {(row.key, row.version) for row in rows} == {(name, "1") for name in names}
        assert {row.signature for row in rows} == {"Ann"}
        assert {row.user_id for row in rows} == {patient.user_id}
    assert client.get(f"{base}/consents").location == base


def test_entries_are_added_changed_and_removed_without_javascript(
    client: PortalClient, walker: Walker
) -> None:
    page = next(p for pages in walker.pack.pages.values() for p in pages if p.group and len(p.steps) == 1)
    url, step = walker.url(page), page.steps[0]
    [text] = [item.link_id for item in step.items if not item.options]
    if not Told(walker.pack.questionnaire, {}).enabled(page.group.link_id if page.group else ""):
        pytest.skip("this group hangs on another answer")
    assert "Nothing is listed yet" in client.page(url).text
    walker.answer(f"{url}/0/{step.slug}", **{text: "first one"})
    walker.answer(f"{url}/1/{step.slug}", **{text: "second one"})
    walker.answer(f"{url}/0/{step.slug}", **{text: "first one, changed"})
    shown = client.page(url).text
    assert "first one, changed" in shown
    assert "second one" in shown
    remove = client.page(f"{url}/0/remove")
    assert "first one, changed" in remove.text
    assert client.submit(f"{url}/0/remove", {"seen": "stale"}).status_code == 409
    assert client.submit(f"{url}/0/remove", {"seen": remove.hidden["seen"]}).status_code == 303
    assert "first one" not in client.page(url).text


def test_urgent_answers_show_who_to_call(app: Flask, client: PortalClient, walker: Walker) -> None:
    item = walker.pack.questionnaire.by_id[walker.pack.urgent_question]
    url = walker.url(walker.page_of(item.link_id))
    calm = walker.answer(url, **{item.link_id: walker.pack.urgent_calm})
    assert "call-now" not in calm
    location = walker.answer(url, **{item.link_id: item.options[0].code})
    assert location == f"{walker.base}/call-now"
    page = client.page(location)
    assert "Please call someone now" in page.text
    assert item.options[0].display not in page.text
    assert "See who to call now" in client.page(walker.base).text
    assert client.submit(location).status_code == 303
    database: Database = app.extensions["database"]
    with database.session() as session:
        assert session.query(Consent).filter_by(key=CALL_NOW).count() == 1


def test_hidden_answers_come_back_when_the_gate_is_set_back(client: PortalClient, walker: Walker) -> None:
    page = walker.pack.pages[walker.pack.tasks[0].sections[0]][0]
    gate = page.items[0]
    follow, condition = next(
        (item, condition)
        for item in walker.pack.questionnaire.walk()
        for condition in item.conditions
        if condition.question == gate.link_id
    )
    assert isinstance(condition.answer, Coding)
    hidden = condition.answer.code
    shown = next(option.code for option in gate.options if option.code != hidden)
    next_page = walker.url(walker.page_of(follow.link_id))
    assert walker.answer(walker.url(page), **{gate.link_id: shown}) == next_page
    walker.answer(next_page, **{follow.link_id: "a helper"})
    assert walker.answer(walker.url(page), **{gate.link_id: hidden}) != next_page
    assert "a helper" not in client.page(f"{walker.base}/check").text
    walker.answer(walker.url(page), **{gate.link_id: shown})
    assert "a helper" in client.page(f"{walker.base}/check").text


def test_a_change_from_the_check_page_returns_to_it(client: PortalClient, walker: Walker) -> None:
    links = client.page(f"{walker.base}/check").links
    change = next(link for link in links if "then=check" in link)
    assert walker.answer(change) == f"{walker.base}/check"


def test_saving_for_later_leads_to_the_task_list(walker: Walker) -> None:
    name = walker.pack.facts.name
    url = walker.url(walker.page_of(name))
    assert walker.answer(url, **{name: "Ann", "later": "1"}) == walker.base


def test_more_boxes_for_questions(client: PortalClient, walker: Walker) -> None:
    own = walker.pack.asked[0]
    url = walker.url(walker.page_of(own))
    assert walker.answer(url, **{own: ["1", "2", "3"], "more": "1"}) == url
    assert client.page(url).html.count("<textarea") == 4


def test_taking_the_case_back(client: PortalClient, walker: Walker) -> None:
    assert "take this request back" in client.page(f"{walker.base}/withdraw").text
    assert walker.case().state is CaseStatus.DRAFT
    assert client.submit(f"{walker.base}/withdraw").location == walker.base
    assert walker.case().state is CaseStatus.WITHDRAWN
    assert "You took this case back" in client.page(walker.base).text
    assert client.get(f"{walker.base}/withdraw").status_code == 404
    assert "Start a request" in client.page("/cases").text
