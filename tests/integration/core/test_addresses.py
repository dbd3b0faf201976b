"""Addresses and values that a database cannot hold, on PostgreSQL, where they are an error."""

from collections.abc import Iterator

import pytest
from flask import Flask

from portal import create_app, models
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.routing import services as routing
from portal.settings import Settings
from tests.support.databases import postgres_database
from tests.support.pages import PortalClient
from tests.support.people import SignedIn, actor_of, make_user


@pytest.fixture
def app(settings: Settings, postgres: str, postgres_with_tables: str) -> Iterator[Flask]:
    """The application on PostgreSQL."""
    models.load()
    with postgres_database(postgres, postgres_with_tables) as url:
        app = create_app(settings.model_copy(update={"database_url": url}))
        app.config["WTF_CSRF_ENABLED"] = False
        app.test_client_class = PortalClient
        yield app
        app.extensions["database"].dispose()


def sign_in(app: Flask, role: Role) -> Actor:
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        actor = actor_of(make_user(session, role))
        session.commit()
    SignedIn(app).as_(actor)
    return actor


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.PATIENT, "/cases/%00"),
        (Role.PATIENT, "/cases/SO-AAAA-AAAA%00/messages"),
        (Role.REVIEWER, "/offers/%00"),
        (Role.COORDINATOR, "/triage/a%00b"),
        (Role.COORDINATOR, "/triage?after=2026-01-01T00:00:00%2B00:00_%00"),
    ],
)
def test_no_record_has_a_nul_in_its_address(app: Flask, role: Role, path: str) -> None:
    sign_in(app, role)
    assert app.test_client().get(path).status_code == 404


def test_a_nul_in_a_box_is_not_kept(app: Flask) -> None:
    reviewer = sign_in(app, Role.REVIEWER)
    profile = {
        "institution": "Lake\0side",
        "subspecialty": "Breast",
        "licensed_states": "CA",
        "languages": "English",
        "capacity": "1",
    }
    assert app.test_client().post("/offers/profile", data=profile).status_code == 303
    with app.extensions["database"].session() as session:
        kept = routing.profile_of(session, reviewer.user_id or "")
        assert kept is not None
        assert kept.institution == "Lakeside"
