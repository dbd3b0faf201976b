"""Fixtures shared by all tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from portal import create_app, models
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.settings import Settings
from tests.support.cipher import MaskingCipher
from tests.support.databases import postgres_database, postgres_server
from tests.support.pages import PortalClient
from tests.support.people import SignedIn, actor_of, make_user
from tests.support.uncommitted import Uncommitted

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared inputs beside the checkout; tests that need it are skipped without it."""
    if not SHARED.is_dir():
        pytest.skip(f"NOT RUN: {SHARED} is not here")
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server for this test session."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an empty SQLite database."""
    return f"sqlite:///{tmp_path / 'test.sqlite'}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database, once SQLite and once PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    with postgres_database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_with_tables(postgres: str) -> Iterator[str]:
    """The name of a PostgreSQL database with every table, to be copied."""
    models.load()
    with postgres_database(postgres) as url:
        made = Database(url)
        made.create_all()
        made.dispose()
        yield make_url(url).database or ""


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with every table, once SQLite and once PostgreSQL."""
    models.load()
    if request.param == "sqlite":
        database = Database(request.getfixturevalue("sqlite_url"), MaskingCipher())
        database.create_all()
        yield database
        database.dispose()
        return
    template = request.getfixturevalue("postgres_with_tables")
    with postgres_database(request.getfixturevalue("postgres"), template) as url:
        database = Database(url, MaskingCipher())
        yield database
        database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A write session on both engines."""
    with database.session(write=True) as session:
        yield session


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str) -> Settings:
    """Settings of a small installation in a temporary folder."""
    keys = tmp_path / "keys"
    keys.mkdir()
    return Settings(
        environment="test",
        data_dir=tmp_path / "data",
        database_url=sqlite_url,
        master_key=f"file:{keys / 'master.key'}",
        secret_key="test-only",  # type: ignore[arg-type]
        base_url="http://localhost",
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The whole application on SQLite, tables made, no request checks on forged forms."""
    models.load()
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = PortalClient
    database: Database = app.extensions["database"]
    database.create_all()
    app.extensions["uncommitted"] = watch = Uncommitted(app)
    yield app
    watch.stop()
    database.dispose()


@pytest.fixture
def client(app: Flask) -> PortalClient:
    """A client that checks every page it gets."""
    client = app.test_client()
    assert isinstance(client, PortalClient)
    return client


@pytest.fixture
def signed_in(app: Flask) -> SignedIn:
    """Decides who is signed in, without the sign-in pages."""
    return SignedIn(app)


@pytest.fixture
def sign_in(app: Flask, signed_in: SignedIn) -> Callable[..., Actor]:
    """Make a person of a role and act as them: ``actor = sign_in(Role.COORDINATOR)``."""

    def make(role: Role, *, name: str = "") -> Actor:
        database: Database = app.extensions["database"]
        with database.session(write=True) as session:
            actor = actor_of(make_user(session, role, name=name))
            session.commit()
        signed_in.as_(actor)
        return actor

    return make
