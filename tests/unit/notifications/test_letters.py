"""What may stand in a mail, and what cannot."""

import re

import pytest

from portal.notifications import letters
from portal.notifications.mailer import SmtpServer, compose
from portal.notifications.presenters import pieces

NAMES = sorted(path.stem for path in letters.TEMPLATES.glob("[a-z]*.txt"))
CONTEXT = {"link": "https://portal.example/go/abc", "name": "Ann", "reference": "SO-7K3F-92QD"}
HEALTH = re.compile(
    r"cancer|tumou?r|oncolog|diagnos|biops|metasta|treatment|therap|disease|patient|report", re.IGNORECASE
)


def test_every_mail_that_rooms_send_exists() -> None:
    assert set(NAMES) >= {
        "account_exists",
        "answer_arrived",
        "case_sent",
        "case_withdrawn",
        "confirm_address",
        "information_asked",
        "invitation_patient",
        "invitation_staff",
        "offer_answered",
        "offer_made",
        "opinion_released",
        "opinion_signed",
        "question_from_reviewer",
        "reset_password",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_has_a_subject_a_link_and_nothing_about_health(name: str) -> None:
    subject, body = letters.render(name, CONTEXT)
    assert 10 < len(subject) < 70
    assert CONTEXT["link"] in body.splitlines()
    assert body.startswith("Hello Ann,\n\n")
    assert not HEALTH.search(subject + body.replace("health information", "")), (subject, body)
    assert "\n\n\n" not in body


@pytest.mark.parametrize(
    "name", ["Ann\nBcc: eve@example.org", "Ann\r\n\r\nClick", "Ann\u2028Subject: x", "A\x00nn"]
)
def test_a_name_cannot_break_out_of_its_line(name: str) -> None:
    subject, body = letters.render("case_sent", {**CONTEXT, "name": name, "reference": name})
    assert subject.splitlines() == [subject]
    assert body.splitlines()[0].startswith("Hello A")
    assert body.splitlines()[0].isprintable()
    message = compose(mail_id="m", sender="portal@localhost", to="a@example.org", subject=subject, body=body)
    assert message["Bcc"] is None
    assert b"\nBcc:" not in message.as_bytes()


@pytest.mark.parametrize("name", ["Win at https://evil.example", "www.evil.example", "x" * 61, ""])
def test_a_name_that_could_be_an_advertisement_is_left_out(name: str) -> None:
    _, body = letters.render("confirm_address", {**CONTEXT, "name": name})
    assert body.startswith("Hello,\n")
    assert "evil" not in body


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(Exception, match="reference"):
        letters.render("case_sent", {"link": "x"})


def test_the_sender_is_never_an_injection() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        compose(mail_id="m", sender="a@b\nBcc: c@d", to="a@example.org", subject="s", body="b")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, False, False, "", "")),
        ("smtp://u%40x:p%2F@mail.example:587?starttls=1", ("mail.example", 587, False, True, "u@x", "p/")),
        ("smtps://u:p@mail.example", ("mail.example", 465, True, False, "u", "p")),
    ],
)
def test_the_address_of_a_server(url: str, expected: tuple[object, ...]) -> None:
    server = SmtpServer.from_url(url)
    assert (server.host, server.port, server.tls, server.starttls, server.user, server.password) == expected


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://"):
        SmtpServer.from_url(url)


def test_links_are_found_and_nothing_is_lost() -> None:
    body = "Open\n\nhttps://portal.example/a?b=c&d\n\nor <b>http://x</b> javascript:alert(1)."
    found = pieces(body)
    assert "".join(piece.text for piece in found) == body
    assert [piece.text for piece in found if piece.link] == ["https://portal.example/a?b=c&d", "http://x"]
