"""Hands a mail to an SMTP server. Errors of the server stop here."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from portal.core.clock import now

TIMEOUT_SECONDS = 20
_PLAIN_PORT, _TLS_PORT = 25, 465


class MailNotSent(Exception):
    """The server could not be reached or would not take the mail now; a retry may help."""


class MailRefused(Exception):
    """The server refused this recipient for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mail goes: ``smtp://user:password@host:port?starttls=1`` or ``smtps://…``."""

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str
    password: str

    @classmethod
    def from_url(cls, url: str) -> "SmtpServer":
        """Read the address of a server; raises ``ValueError`` when it is not one."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("the mail server is given as smtp://host:port or smtps://host:port")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (_TLS_PORT if tls else _PLAIN_PORT),
            tls=tls,
            starttls=parse_qs(parts.query).get("starttls") == ["1"],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    def connect(self) -> smtplib.SMTP:
        """A connection, encrypted and signed in as the address says."""
        context = ssl.create_default_context()
        if self.tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            if self.starttls:
                smtp.starttls(context=context)
            if self.user:
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


def compose(*, mail_id: str, sender: str, to: str, subject: str, body: str) -> EmailMessage:
    """The message; its Message-ID is made of ``mail_id`` so that a repetition is recognised as one."""
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{mail_id}@{_domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


def send(server: SmtpServer, message: EmailMessage) -> None:
    """Deliver one message.

    :raises MailRefused: the recipient was refused for good (5xx).
    :raises MailNotSent: anything else went wrong.
    """
    try:
        with server.connect() as smtp:
            smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        if codes and all(code >= 500 for code in codes):
            raise MailRefused from error
        raise MailNotSent from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailNotSent from error


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
