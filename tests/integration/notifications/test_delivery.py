"""Mail reaches a real SMTP server once, whatever happens on the way."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from flask import Flask
from sqlalchemy import select, update

import portal
from portal import create_app
from portal.core.clock import now
from portal.core.db import Database
from portal.jobs import registry
from portal.jobs.models import Job
from portal.jobs.worker import Worker
from portal.notifications import services as notifications
from portal.notifications.models import OutboxMail
from portal.settings import Settings

CONTEXT = {"link": "https://portal.example/x?token=s3cret", "name": "Zoë", "reference": "SO-2222-3333"}


class Mailbox:
    """Keeps what arrives; may refuse."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.refuse_recipient = ""
        self.drop_after_data = 0

    async def handle_RCPT(
        self, _: SMTP, __: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, __: SmtpSession, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        if self.drop_after_data:
            self.drop_after_data -= 1
            return "451 try again"
        return "250 OK"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def app(settings: Settings, port: int) -> Iterator[Flask]:
    """The application, with a mail server at a port where none listens yet."""
    app = create_app(
        settings.model_copy(
            update={"smtp_url": f"smtp://127.0.0.1:{port}", "mail_from": "portal@portal.example"}
        )
    )
    database: Database = app.extensions["database"]
    database.create_all()
    registry.load(portal)
    yield app
    database.dispose()


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def mailbox(port: int) -> Iterator[Mailbox]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box
    controller.stop()


def send(database: Database) -> str:
    with database.session(write=True) as session:
        mail = notifications.send(session, to="zoe@example.org", template="confirm_address", context=CONTEXT)
        session.commit()
        return mail.id


def work(app: Flask, database: Database) -> Job:
    """Do what is due, retries at once; returns the job of the only mail."""
    with database.session(write=True) as session:
        session.execute(update(Job).where(Job.state == "queued").values(run_at=now() - timedelta(minutes=1)))
        session.commit()
    worker = Worker(database, app.app_context)
    while worker.step():
        pass
    with database.session() as session:
        return session.scalars(select(Job).where(Job.kind == notifications.DELIVER)).one()


def test_a_mail_arrives_as_it_was_written(app: Flask, database: Database, mailbox: Mailbox) -> None:
    mail_id = send(database)
    assert work(app, database).state == "done"

    (message,) = mailbox.messages
    assert message["From"] == "portal@portal.example"
    assert message["To"] == "zoe@example.org"
    assert message["Subject"] == "Confirm your email address"
    assert message["Message-ID"] == f"<{mail_id}@portal.example>"
    body = message.get_content()  # type: ignore[attr-defined]
    assert body.startswith("Hello Zoë,")
    assert "token=s3cret" in body

    with database.session() as session:
        mail = session.get_one(OutboxMail, mail_id)
        assert (mail.state, mail.subject, mail.body) == ("sent", None, None), "links are not kept"


def test_a_server_that_is_down_gets_it_later_and_once(
    app: Flask, database: Database, request: pytest.FixtureRequest
) -> None:
    mail_id = send(database)
    for attempt in (1, 2):
        job = work(app, database)
        assert (job.state, job.attempts, job.last_error) == ("queued", attempt, "MailNotSent")
    with database.session() as session:
        assert session.get_one(OutboxMail, mail_id).state == "waiting"

    mailbox = request.getfixturevalue("mailbox")
    assert work(app, database).state == "done"
    work(app, database)
    assert len(mailbox.messages) == 1


def test_a_repetition_carries_the_same_message_id(app: Flask, database: Database, mailbox: Mailbox) -> None:
    mailbox.drop_after_data = 1
    send(database)
    assert work(app, database).state == "queued"
    assert work(app, database).state == "done"
    first, second = mailbox.messages
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [("550 no such person", "dead", "RecipientRefused"), ("450 later", "queued", "MailNotSent")],
)
def test_a_refusal_for_good_is_not_repeated(
    app: Flask, database: Database, mailbox: Mailbox, answer: str, state: str, error: str
) -> None:
    mailbox.refuse_recipient = answer
    send(database)
    job = work(app, database)
    assert (job.state, job.last_error) == (state, error)
    assert mailbox.messages == []
