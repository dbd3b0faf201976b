"""A withdrawn case opened by its former reviewer: page, image, file and package, also on their way."""

import re

import pytest
from flask import Flask

from portal.documents import streams
from tests.integration.bad_input.conftest import Reviewed
from tests.integration.bad_input.kit import Opened
from tests.support.pages import PortalClient
from tests.support.people import SignedIn


@pytest.fixture
def opened(app: Flask, reviewed: Reviewed, signed_in: SignedIn) -> Opened:
    made = reviewed(app)
    signed_in.as_(made.review.reviewer)
    return made


def withdraw(client: PortalClient, signed_in: SignedIn, opened: Opened) -> None:
    """The patient takes the case back, on their own page."""
    before = signed_in.actor
    signed_in.as_(opened.review.patient)
    assert client.submit(f"/cases/{opened.review.reference}/withdraw").status_code == 303
    signed_in.as_(before)


def test_everything_of_the_case_is_unknown_from_then_on(
    client: PortalClient, signed_in: SignedIn, opened: Opened
) -> None:
    urls = (
        opened.page,
        f"{opened.page}/image",
        opened.original,
        opened.package,
        f"{opened.package}.zip",
        f"{opened.package}/synopsis.pdf",
        f"/reviews/{opened.review.reference}",
        f"/reviews/{opened.review.reference}/sign",
        f"/reviews/{opened.review.reference}/answers",
        f"/cases/{opened.review.reference}/documents",
        f"/cases/{opened.review.reference}/messages",
    )
    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)
    withdraw(client, signed_in, opened)
    for url in urls:
        refused = client.get(url)
        unknown = client.get(url.replace(opened.review.reference, "SO-ZZZZ-ZZZZ"))
        assert refused.status_code == 404, url
        assert _same(refused.data) == _same(unknown.data), url
    assert "We cannot find this page" in client.page(opened.page, 404).text
    assert opened.review.reference not in client.page("/reviews").text


@pytest.mark.parametrize("what", ["package", "original"])
def test_a_download_under_way_stops(
    app: Flask,
    client: PortalClient,
    signed_in: SignedIn,
    opened: Opened,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    monkeypatch.setattr(streams, "SECONDS_BETWEEN_CHECKS", 0)
    check = streams.still_may(
        app.extensions["database"],
        opened.review.reviewer,
        opened.review.reference,
        streams.Action.PACKAGE_READ if what == "package" else streams.Action.DOCUMENT_READ,
    )
    body = streams.started(iter([b"one", b"two", b"three", b"four"]), check)
    assert [next(body), next(body)] == [b"one", b"two"]
    withdraw(client, signed_in, opened)
    assert list(body) == []


def test_a_package_under_way_is_never_taken_for_whole(
    client: PortalClient, signed_in: SignedIn, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "SECONDS_BETWEEN_CHECKS", 0)
    whole = client.get(f"{opened.package}.zip")
    assert len(whole.data) == int(whole.headers["Content-Length"])
    answer = client.get(f"{opened.package}.zip", buffered=False)
    pieces = iter(answer.response)
    got = next(pieces)
    withdraw(client, signed_in, opened)
    got += b"".join(pieces)
    assert 0 < len(got) < int(answer.headers["Content-Length"])
    assert b"PK\x05\x06" not in got


def _same(page: bytes) -> bytes:
    return re.sub(rb'(nonce|value)="[^"]*"', b"", page)
