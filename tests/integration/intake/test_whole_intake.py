"""A patient walks the whole intake and sends the case."""

from flask import Flask

from portal.cases.models import CaseStatus
from portal.core.db import Database
from portal.knowledge.questions import numbered_questions
from portal.notifications.models import OutboxMail
from tests.integration.intake.walking import Walker
from tests.support.pages import PortalClient


def test_every_task_can_be_walked_and_the_case_sent(app: Flask, client: PortalClient, walker: Walker) -> None:
    for task in walker.pack.tasks:
        walker.fill_task(task.key)
    page = client.page(walker.base)
    assert f"{len(walker.pack.tasks)} of {len(walker.pack.tasks)} parts are done" in page.text
    check = client.page(f"{walker.base}/check")
    assert "still needed" not in check.text
    assert "words about" in check.text
    data, _ = walker.form(f"{walker.base}/send")
    sent = client.submit(f"{walker.base}/send", {**data, **walker.pack.sending_needed})
    assert (sent.status_code, sent.location) == (303, walker.base)
    case = walker.case()
    assert case.state is CaseStatus.SUBMITTED
    assert case.submitted_at is not None
    assert "We have your case" in client.page(walker.base).text
    database: Database = app.extensions["database"]
    with database.session() as session:
        mail = session.query(OutboxMail).filter_by(template="case_sent").one()
        assert case.reference in (mail.subject or "")
        again = session.merge(case, load=False)
        assert again.patient_state == walker.pack.states[0].code
        assert again.treating_institution == f"words about {walker.pack.facts.institution}"


def test_a_case_sent_twice_says_so(client: PortalClient, walker: Walker) -> None:
    for task in walker.pack.tasks:
        walker.fill_task(task.key)
    data, _ = walker.form(f"{walker.base}/send")
    data |= walker.pack.sending_needed
    assert client.submit(f"{walker.base}/send", data).status_code == 303
    page = client.submit_for_page(f"{walker.base}/send", data, status=409)
    assert "once, not twice" in page.text
    assert client.get(f"{walker.base}/send").location == walker.base


def test_answers_can_still_be_read_but_not_changed_after_sending(
    client: PortalClient, walker: Walker
) -> None:
    for task in walker.pack.tasks:
        walker.fill_task(task.key)
    data, _ = walker.form(f"{walker.base}/send")
    client.submit(f"{walker.base}/send", {**data, **walker.pack.sending_needed})
    page = client.page(f"{walker.base}/check")
    assert "words about" in page.text
    assert not [link for link in page.links if "/history/" in link]
    assert client.get(walker.url(walker.pack.pages[walker.pack.tasks[0].sections[0]][0])).status_code == 404


def test_sending_with_something_missing_leads_to_the_list(client: PortalClient, walker: Walker) -> None:
    assert client.get(f"{walker.base}/send").location == f"{walker.base}/check"
    page = client.page(f"{walker.base}/check")
    assert "answers are still needed" in page.text
    assert client.submit(f"{walker.base}/send", {}).location == f"{walker.base}/check"
    assert walker.case().state is CaseStatus.DRAFT


def test_without_agreeing_to_share_nothing_is_sent(client: PortalClient, walker: Walker) -> None:
    for task in walker.pack.tasks:
        walker.fill_task(task.key)
    data, _ = walker.form(f"{walker.base}/send")
    needed = dict(walker.pack.sending_needed)
    refused = next(link_id for link_id in needed if len(walker.pack.questionnaire.by_id[link_id].options) > 1)
    other = next(
        o.code for o in walker.pack.questionnaire.by_id[refused].options if o.code != needed[refused]
    )
    page = client.submit_for_page(f"{walker.base}/send", {**data, **needed, refused: other})
    assert "We can only send the case with" in page.text
    assert walker.case().state is CaseStatus.DRAFT


def test_the_numbered_questions_are_the_patient_s_in_order(app: Flask, walker: Walker) -> None:
    own, starters = walker.pack.asked
    walker.answer(walker.url(walker.page_of(own)), **{own: ["first?", "", "second?"]})
    option = walker.pack.questionnaire.by_id[starters].options[0]
    walker.answer(walker.url(walker.page_of(starters)), **{starters: [option.code]})
    from portal.cases import history  # noqa: PLC0415

    database: Database = app.extensions["database"]
    with database.session() as session:
        answers = history.load(session, walker.case())
    assert numbered_questions(walker.pack, answers) == ["first?", "second?", option.display]
