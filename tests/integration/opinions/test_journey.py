"""From the workspace to the opinion in the patient's hands, through the pages."""

import hashlib
import io
import re

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.audit.models import AuditRow
from portal.cases.models import Case
from portal.core.actor import Role
from portal.core.db import Database
from portal.notifications.models import OutboxMail
from portal.opinions import services
from portal.opinions.models import Opinion
from tests.integration.opinions.kit import Review, end_review, under_review
from tests.support.pages import PortalClient
from tests.support.people import SignedIn, actor_of, make_user


@pytest.fixture
def review(app: Flask, signed_in: SignedIn) -> Review:
    """A case under review, opened by its reviewer."""
    made = under_review(app)
    signed_in.as_(made.reviewer)
    return made


def _sign(client: PortalClient, review: Review) -> None:
    assert client.submit(f"/reviews/{review.reference}", review.text()).status_code == 303
    page = client.page(f"/reviews/{review.reference}/sign")
    answer = client.submit(f"/reviews/{review.reference}/sign", {"version": page.hidden["version"]})
    assert answer.status_code == 303, answer.get_data(as_text=True)


def _release(client: PortalClient, signed_in: SignedIn, review: Review) -> None:
    _sign(client, review)
    signed_in.as_(review.coordinator)
    assert client.submit(f"/triage/{review.reference}/opinion").status_code == 303


def test_the_whole_way(client: PortalClient, signed_in: SignedIn, review: Review, app: Flask) -> None:
    assert review.reference in client.page("/reviews").text
    workspace = client.page(f"/reviews/{review.reference}")
    assert "Maria Quintero" in workspace.text
    assert "In short." not in workspace.text
    _sign(client, review)
    own = client.page(f"/reviews/{review.reference}")
    assert "Your signed opinion" in own.headings[0]
    signed_in.as_(review.patient)
    client.page(f"/cases/{review.reference}/opinion", status=404)
    signed_in.as_(review.coordinator)
    assert "Answer 2." in client.page(f"/triage/{review.reference}/opinion").text
    assert client.submit(f"/triage/{review.reference}/opinion").status_code == 303
    signed_in.as_(review.patient)
    read = client.page(f"/cases/{review.reference}/opinion")
    for text in (
        "Dr. Ada Lindqvist",
        "Lakeside University",
        "What comes after it?",
        "Answer 2.",
        "own doctor",
    ):
        assert text in read.text
    with app.extensions["database"].session() as session:
        assert session.get_one(Case, review.case.id).status == "released"
        templates = [mail.template for mail in session.scalars(select(OutboxMail))]
        assert templates.count("opinion_signed") == 1
        assert templates.count("opinion_released") == 1
        acts = [row.action for row in session.scalars(select(AuditRow))]
        for act in ("review.opened", "opinion.saved", "opinion.signed", "opinion.released", "opinion.read"):
            assert act in acts


def test_the_pdf_is_accessible_sealed_and_what_was_signed(
    client: PortalClient, signed_in: SignedIn, review: Review, app: Flask
) -> None:
    _release(client, signed_in, review)
    signed_in.as_(review.patient)
    answer = client.get(f"/cases/{review.reference}/opinion.pdf")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    with app.extensions["database"].session() as session:
        opinion = session.scalars(select(Opinion)).one()
        assert opinion.sha256 == hashlib.sha256(answer.data).hexdigest()
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("en")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == f"Second opinion {review.reference}"


def test_a_draft_may_be_incomplete_and_comes_back_as_typed(client: PortalClient, review: Review) -> None:
    typed = "<script>alert(1)</script>\nsecond line  & more"
    draft = review.text(summary=typed, **{f"answer_{review.questions[0].key}": ""})
    assert client.submit(f"/reviews/{review.reference}", draft).status_code == 303
    html = client.page(f"/reviews/{review.reference}").html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\nsecond line  &amp; more" in html


def test_an_unfinished_opinion_cannot_be_signed(client: PortalClient, review: Review) -> None:
    key = review.questions[1].key
    client.submit(f"/reviews/{review.reference}", review.text(summary="", **{f"answer_{key}": " \n "}))
    page = client.page(f"/reviews/{review.reference}/sign")
    assert "Answer question 2" in page.text
    assert "Write a summary for the patient" in page.text
    assert any(link.endswith(f"#answer_{key}") for link in page.links)
    assert "Sign the opinion" not in page.text
    refused = client.submit_for_page(f"/reviews/{review.reference}/sign", {"version": "1"})
    assert "Answer every question" in refused.text


def test_nothing_written_cannot_be_signed(client: PortalClient, review: Review) -> None:
    assert "Answer question 1" in client.page(f"/reviews/{review.reference}/sign").text
    client.submit_for_page(f"/reviews/{review.reference}/sign", {"version": "0"})


def test_signing_twice_is_refused_in_words(client: PortalClient, review: Review) -> None:
    _sign(client, review)
    for url in (f"/reviews/{review.reference}/sign", f"/reviews/{review.reference}"):
        assert "already signed" in client.submit_for_page(url, review.text(), status=409).text


def test_releasing_twice_is_refused_in_words(
    client: PortalClient, signed_in: SignedIn, review: Review
) -> None:
    _release(client, signed_in, review)
    again = client.submit_for_page(f"/triage/{review.reference}/opinion", {}, status=409)
    assert "already released" in again.text


def test_two_windows_lose_nothing(client: PortalClient, review: Review) -> None:
    url = f"/reviews/{review.reference}"
    client.submit(url, review.text(summary="from window one"))
    page = client.submit_for_page(url, review.text(summary="from window two"), status=409)
    assert "from window one" in page.text
    assert "from window two" in page.text
    assert client.submit(url, review.text(summary="both", version=page.hidden["version"])).status_code == 303
    assert "both" in client.page(url).text


def test_too_long_a_text_stays_in_its_box(client: PortalClient, review: Review) -> None:
    page = client.submit_for_page(f"/reviews/{review.reference}", review.text(summary="x" * 20_001))
    assert "Use 20000 characters or fewer" in page.text
    assert "x" * 20_001 in page.html


def test_a_draft_changed_after_the_check_page_is_not_signed(client: PortalClient, review: Review) -> None:
    url = f"/reviews/{review.reference}"
    client.submit(url, review.text())
    read = client.page(f"{url}/sign").hidden["version"]
    client.submit(url, review.text(summary="changed", version=read))
    assert "Check it again" in client.submit_for_page(f"{url}/sign", {"version": read}, status=409).text


def test_signing_and_releasing_ask_who_it_is(
    client: PortalClient, signed_in: SignedIn, review: Review
) -> None:
    client.submit(f"/reviews/{review.reference}", review.text())
    signed_in.without_step_up()
    assert "/step-up" in (client.submit(f"/reviews/{review.reference}/sign", {"version": "1"}).location or "")
    signed_in.as_(review.coordinator)
    signed_in.without_step_up()
    assert "/step-up" in (client.submit(f"/triage/{review.reference}/opinion").location or "")


def test_a_withdrawn_case_is_unknown_to_its_former_reviewer(
    client: PortalClient, review: Review, app: Flask
) -> None:
    client.submit(f"/reviews/{review.reference}", review.text())
    end_review(app, review)
    for path in ("", "/sign", "/package", "/package.zip", "/answers"):
        foreign = client.get(f"/reviews/{review.reference}{path}")
        unknown = client.get(f"/reviews/SO-ZZZZ-ZZZZ{path}")
        assert foreign.status_code == unknown.status_code == 404
        assert _without_nonce(foreign.data) == _without_nonce(unknown.data)
    assert client.submit(f"/reviews/{review.reference}", review.text()).status_code == 404


def test_other_people_find_nothing(
    client: PortalClient, signed_in: SignedIn, review: Review, app: Flask
) -> None:
    _release(client, signed_in, review)
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        strangers = [actor_of(make_user(session, role)) for role in Role if role is not Role.SYSTEM]
        session.commit()
    for stranger in strangers:
        signed_in.as_(stranger)
        urls = [f"/reviews/{review.reference}", f"/reviews/{review.reference}/sign"]
        if stranger.role is not Role.COORDINATOR:
            urls += [f"/cases/{review.reference}/opinion", f"/cases/{review.reference}/opinion.pdf"]
            urls += [f"/triage/{review.reference}/opinion"]
        for url in urls:
            assert client.get(url).status_code == 404, (stranger.role, url)


def _without_nonce(page: bytes) -> bytes:
    return re.sub(rb'(nonce|value)="[^"]*"', b"", page)


def test_windows_that_save_in_the_same_moment_lose_nothing(
    client: PortalClient, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other window saves after this one has compared versions: told like any other collision."""
    url = f"/reviews/{review.reference}"
    client.submit(url, review.text(summary="from window one"))

    def saved_meanwhile(session: Session, _: Case) -> None:
        bump = update(Opinion).values(version=Opinion.version + 1)
        session.execute(bump, execution_options={"synchronize_session": False})

    monkeypatch.setattr(services.packages, "current", saved_meanwhile)
    page = client.submit_for_page(url, review.text(summary="from window two", version="1"), status=409)
    assert "from window two" in page.text


def test_the_reviewer_of_a_withdrawn_case_gets_a_link_that_opens(
    client: PortalClient, signed_in: SignedIn, review: Review, app: Flask
) -> None:
    signed_in.as_(review.patient)
    assert client.submit(f"/cases/{review.reference}/withdraw").status_code == 303
    with app.extensions["database"].session() as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.template == "case_withdrawn")).one()
        assert "http://localhost/offers\n" in (mail.body or "")
