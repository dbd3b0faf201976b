"""What people type that cannot be used, or that others changed in the meantime."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from portal.cases import history
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.knowledge.questionnaire import ItemType
from tests.integration.intake.walking import Walker, an_answer
from tests.support.pages import PortalClient
from tests.support.people import SignedIn


@pytest.fixture
def stored(app: Flask, walker: Walker) -> Callable[[str], list[dict[str, object]]]:
    """The stored answers to a question."""

    def read(link_id: str) -> list[dict[str, object]]:
        database: Database = app.extensions["database"]
        with database.session() as session:
            answers = history.load(session, walker.case())
        section = walker.pack.questionnaire.section_of(link_id).link_id
        nodes = [node for node in answers.get(section, []) if node["linkId"] == link_id]
        return nodes[0]["answer"] if nodes else []

    return read


Stored = Callable[[str], list[dict[str, object]]]


def test_what_is_right_on_a_page_is_kept_when_something_else_is_wrong(
    client: PortalClient, walker: Walker, stored: Stored
) -> None:
    name = walker.pack.facts.name
    page = walker.page_of(name)
    born = next(item for item in page.items if item.type is ItemType.DATE)
    data, _ = walker.form(walker.url(page))
    day = {"year": "2023", "month": "2", "day": "30"}
    data |= {name: "Ann", **{f"{born.link_id}-{part}": value for part, value in day.items()}}
    answer = client.submit_for_page(walker.url(page), data)
    assert "enter a real date" in answer.text
    assert 'value="30"' in answer.html
    assert stored(name) == [{"valueString": "Ann"}]
    assert stored(born.link_id) == []
    data["seen"] = answer.hidden["seen"]
    data[f"{born.link_id}-day"] = "3"
    assert client.submit(walker.url(page), data).status_code == 303
    assert stored(born.link_id) == [{"valueDate": "2023-02-03"}]


@pytest.mark.parametrize(
    ("year", "month", "words"),
    [
        ("2099", "1", "not in the future"),
        ("1066", "1", "four numbers"),
        ("", "4", "add the year"),
        ("2020", "13", "real date"),
        ("20x0", "1", "real date"),
    ],
)
def test_impossible_dates_are_explained(
    client: PortalClient, walker: Walker, year: str, month: str, words: str
) -> None:
    item = next(i for i in walker.pack.questionnaire.walk() if i.type is ItemType.DATE and i.absent)
    url = walker.url(walker.page_of(item.link_id))
    data, _ = walker.form(url)
    typed = {f"{item.link_id}-year": year, f"{item.link_id}-month": month}
    page = client.submit_for_page(url, {**data, **typed})
    assert words in page.text


def test_year_alone_and_not_knowing_are_answers(walker: Walker, stored: Stored) -> None:
    item = next(i for i in walker.pack.questionnaire.walk() if i.type is ItemType.DATE and i.absent)
    url = walker.url(walker.page_of(item.link_id))
    walker.answer(url, **{f"{item.link_id}-year": "2021"})
    assert stored(item.link_id) == [{"valueDate": "2021"}]
    walker.answer(url, **{f"{item.link_id}-absent": "asked-unknown"})
    assert "_valueDate" in stored(item.link_id)[0]


def test_an_option_that_does_not_exist_is_refused(client: PortalClient, walker: Walker) -> None:
    item = walker.pack.pages[walker.pack.tasks[0].sections[0]][0].items[0]
    url = walker.url(walker.page_of(item.link_id))
    data, _ = walker.form(url)
    page = client.submit_for_page(url, {**data, item.link_id: "<script>alert(1)</script>"})
    assert "choose one of the answers shown" in page.text


def test_too_long_is_too_long(client: PortalClient, walker: Walker, stored: Stored) -> None:
    texts = (i for i in walker.pack.questionnaire.walk() if i.type is ItemType.TEXT and not i.repeats)
    item = next(i for i in texts if not i.conditions)
    url = walker.url(walker.page_of(item.link_id))
    data, _ = walker.form(url)
    page = client.submit_for_page(url, {**data, item.link_id: "x" * 10_001})
    assert "use 10,000 letters or less" in page.text
    walker.answer(url, **{item.link_id: "y" * 10_000})
    assert stored(item.link_id) == [{"valueString": "y" * 10_000}]


def test_naughty_strings_are_kept_and_shown_and_never_run(
    client: PortalClient, walker: Walker, stored: Stored, shared: Path
) -> None:
    strings = json.loads((shared / "data/web/naughty-strings.json").read_text(encoding="utf-8"))
    own = walker.pack.asked[0]
    url = walker.url(walker.page_of(own))
    usable = [text for text in strings if text.strip() and "\r" not in text]
    for start in range(0, len(usable), 10):
        batch = list(dict.fromkeys(usable[start : start + 10]))
        walker.answer(url, **{own: batch})
        assert [answer["valueString"] for answer in stored(own)] == batch
        client.page(f"{walker.base}/check")


def test_own_words_beside_a_list(client: PortalClient, walker: Walker, stored: Stored) -> None:
    item = next(i for i in walker.pack.questionnaire.walk() if i.type is ItemType.OPEN_CHOICE)
    url = walker.url(walker.page_of(item.link_id))
    walker.answer(url, **{f"{item.link_id}-other": "Basque"})
    assert stored(item.link_id) == [{"valueString": "Basque"}]
    listed = item.options[0]
    data, _ = walker.form(url)
    both = {**data, item.link_id: listed.code, f"{item.link_id}-other": "Basque"}
    assert "choose one answer" in client.submit_for_page(url, both).text
    walker.answer(url, **{item.link_id: listed.code})
    assert stored(item.link_id) == [listed.answer]


def test_two_tabs_never_overwrite_each_other(client: PortalClient, walker: Walker, stored: Stored) -> None:
    name = walker.pack.facts.name
    url = walker.url(walker.page_of(name))
    first, _ = walker.form(url)
    second, _ = walker.form(url)
    assert client.submit(url, {**first, name: "One"}).status_code == 303
    page = client.submit_for_page(url, {**second, name: "Two"}, status=409)
    assert stored(name) == [{"valueString": "One"}]
    assert "changed in another window" in page.text
    assert "One" in page.text
    assert 'value="Two"' in page.html
    assert client.submit(url, {**second, name: "Two", "seen": page.hidden["seen"]}).status_code == 303
    assert stored(name) == [{"valueString": "Two"}]


def test_another_page_of_the_same_section_is_no_conflict(client: PortalClient, walker: Walker) -> None:
    pages = [page for page in walker.pack.pages[walker.pack.tasks[0].sections[0]] if page.items]
    first, last = walker.url(pages[0]), walker.url(pages[-1])
    data, _ = walker.form(last)
    walker.answer(first, **an_answer(pages[0].items[0]))
    assert client.submit(last, {**data, **an_answer(pages[-1].items[0])}).status_code == 303


def test_a_question_that_was_not_on_the_page_is_not_touched(
    client: PortalClient, walker: Walker, stored: Stored
) -> None:
    name = walker.pack.facts.name
    page = walker.page_of(name)
    walker.answer(walker.url(page), **{name: "Ann"})
    other = next(item.link_id for item in page.items if item.link_id != name and item.type is ItemType.STRING)
    data, _ = walker.form(walker.url(page))
    from portal.intake.answers import seen  # noqa: PLC0415

    data |= {"asked": [other], "seen": seen([], [other]), other: "Annie"}
    assert client.submit(walker.url(page), data).status_code == 303
    assert stored(name) == [{"valueString": "Ann"}]


def test_a_foreign_case_answers_like_an_unknown_one(
    client: PortalClient, walker: Walker, sign_in: Callable[..., Actor], signed_in: SignedIn
) -> None:
    page = walker.url(walker.pack.pages[walker.pack.tasks[0].sections[0]][0]).removeprefix(walker.base)
    sign_in(Role.PATIENT)
    paths = ["", page, "/consents", "/check", "/send", "/withdraw", "/call-now", "/tasks/about-you", "/xyz"]
    for path in paths:
        for method in ("GET", "POST"):
            foreign = client.open(walker.base + path, method=method)
            unknown = client.open("/cases/SO-0000-0000" + path, method=method)
            assert foreign.status_code == unknown.status_code == 404, (method, path)
            assert _body(foreign.get_data(as_text=True)) == _body(unknown.get_data(as_text=True))


def _body(html: str) -> list[str]:
    return [line for line in html.splitlines() if "nonce" not in line and "csrf" not in line]


def test_unknown_pages_and_entries_are_not_found(client: PortalClient, walker: Walker) -> None:
    group = next(page for pages in walker.pack.pages.values() for page in pages if page.group)
    step = group.steps[0].slug
    for path in ("/history/no/such", "/tasks/no", "/history/agree/agree"):
        assert client.get(walker.base + path).status_code == 404, path
    assert client.get(f"{walker.url(group)}/1/{step}").status_code == 404
    assert client.get(f"{walker.url(group)}/0/no-such").status_code == 404
    assert client.get(f"{walker.url(group)}/0/remove").status_code == 404
