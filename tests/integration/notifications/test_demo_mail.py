"""The page that shows the mail of a demonstration."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal import create_app
from portal.core.db import Database
from portal.notifications import services as notifications
from portal.settings import Settings
from tests.support.pages import PortalClient
from tests.support.uncommitted import Uncommitted


@pytest.fixture
def demo(settings: Settings) -> Iterator[Flask]:
    """The application as a demonstration."""
    app = create_app(settings.model_copy(update={"environment": "demo"}))
    app.test_client_class = PortalClient
    database: Database = app.extensions["database"]
    database.create_all()
    app.extensions["uncommitted"] = watch = Uncommitted(app)
    yield app
    watch.stop()
    database.dispose()


def test_it_does_not_exist_elsewhere(client: PortalClient) -> None:
    client.page("/demo/mail", status=404)


def test_mails_newest_first_with_links_and_no_markup(demo: Flask) -> None:
    database: Database = demo.extensions["database"]
    link = "http://localhost/confirm/token-1"
    with database.session(write=True) as session:
        for name in ("Ann", "<b onclick=x>Eve"):
            notifications.send(
                session,
                to="ann@example.org",
                template="confirm_address",
                context={"link": link, "name": name, "reference": ""},
            )
        session.commit()
    client = demo.test_client()
    assert isinstance(client, PortalClient)

    page = client.page("/demo/mail")
    assert page.links.count(link) == 2
    assert page.text.index("Eve") < page.text.index("Ann,")
    assert "<b onclick" not in page.html

    demo.test_cli_runner().invoke(args=["worker", "--once"])
    assert client.page("/demo/mail").links.count(link) == 2, (
        "delivery keeps the text where there is no server"
    )
