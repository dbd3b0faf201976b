"""Write mail into the outbox.

Keys a template may use: ``link`` (absolute address of the page to open), ``reference`` (of the case) and
``name`` (of the person written to, never of another). No mail says anything about health.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.errors import Invalid
from portal.jobs import services as jobs
from portal.notifications import letters, repository
from portal.notifications.models import MailState, OutboxMail

DELIVER = "notifications.deliver"
NEWEST = 50
DELIVERY_ATTEMPTS = 24
"""With the back-off of jobs: the mail server may be away for about four hours."""


def send(session: Session, *, to: str, template: str, context: Mapping[str, str]) -> OutboxMail:
    """Write a mail and the job that delivers it, in the caller's transaction.

    :param template: a file of ``templates/emails`` without its ending.
    :raises Invalid: when ``to`` is not one bare e-mail address.
    """
    if not letters.is_address(to):
        raise Invalid("Enter an email address in the correct format, like name@example.com.", "email")
    subject, body = letters.render(template, context)
    mail = OutboxMail(template=template, created_at=now())
    mail.to, mail.subject, mail.body = to, subject, body
    session.add(mail)
    session.flush()
    mail.job_id = jobs.enqueue(session, DELIVER, {"mail": mail.id}, max_attempts=DELIVERY_ATTEMPTS)
    session.flush()
    return mail


def mark_sent(session: Session, mail_id: str, *, keep_text: bool) -> None:
    """Note that a mail has left; its text and links are forgotten unless they are read from here."""
    mail = session.get_one(OutboxMail, mail_id)
    mail.state = MailState.SENT.value
    mail.sent_at = now()
    if not keep_text:
        mail.subject = None
        mail.body = None
    session.flush()


def newest(session: Session) -> Sequence[OutboxMail]:
    """The newest mails whose text is still here."""
    return repository.newest(session, NEWEST)
