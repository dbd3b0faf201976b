"""Delivers what is in the outbox."""

from collections.abc import Mapping

from portal.core.web import settings
from portal.jobs.services import GiveUp, JobContext, handler
from portal.notifications import mailer, services
from portal.notifications.models import MailState, OutboxMail


@handler(services.DELIVER)
def deliver(context: JobContext, payload: Mapping[str, str]) -> None:
    """Send one mail. Without a mail server (never in production) the outbox itself is where it is read."""
    with context.reading() as session:
        mail = session.get(OutboxMail, payload["mail"])
        if mail is None or mail.state == MailState.SENT.value:
            return
        message = mailer.compose(
            mail_id=mail.id,
            sender=settings().mail_from,
            to=mail.to or "",
            subject=mail.subject or "",
            body=mail.body or "",
        )
    url = settings().smtp_url
    if url:
        context.fence()
        try:
            mailer.send(mailer.SmtpServer.from_url(url), message)
        except mailer.MailRefused as error:
            raise GiveUp("RecipientRefused") from error
    services.mark_sent(context.session, payload["mail"], keep_text=not url)
