"""Pages of notifications."""

from flask import Blueprint, render_template

from portal.core.access import public
from portal.core.errors import NotFound
from portal.core.web import db, settings
from portal.notifications import presenters, services

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/demo/mail")
@public
def demo_mail() -> str:
    """The newest mails of a demonstration, where no mail server is; elsewhere there is no such page."""
    if not settings().demo:
        raise NotFound
    return render_template("notifications/demo_mail.html", letters=presenters.letters(services.newest(db())))
