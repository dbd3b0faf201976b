"""A mail is written, sealed, with the job that delivers it."""

import pytest
from sqlalchemy.orm import Session

from portal.core.errors import Invalid
from portal.jobs.models import Job
from portal.notifications import services as notifications

CONTEXT = {"link": "https://portal.example/confirm/secret-token", "name": "Ann", "reference": "SO-2222-3333"}


def test_a_mail_and_its_job_are_written_together(session: Session) -> None:
    mail = notifications.send(session, to="ann@example.org", template="confirm_address", context=CONTEXT)
    session.expire_all()

    assert mail.subject == "Confirm your email address"
    assert "secret-token" in (mail.body or "")
    assert (mail.body or "").startswith("Hello Ann,")
    assert b"secret-token" not in (mail.body_sealed or b"")
    assert b"example.org" not in mail.to_sealed
    job = session.get_one(Job, mail.job_id)
    assert (job.kind, job.payload) == ("notifications.deliver", {"mail": mail.id})


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ann",
        "ann@example.org\nBcc: eve@example.org",
        "Ann <ann@example.org>",
        "a@b,c@d",
        "a b@example.org",
    ],
)
def test_an_address_that_is_not_one_bare_address_is_refused(session: Session, to: str) -> None:
    with pytest.raises(Invalid):
        notifications.send(session, to=to, template="confirm_address", context=CONTEXT)
