"""A case with its key, a worker to do its jobs, and what a stored installation holds."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.jobs import registry
from portal.jobs.worker import Worker
from portal.settings import Settings
from portal.vault.services import Vault
from tests.support.cases import make_case
from tests.support.people import SignedIn, actor_of, make_user


@pytest.fixture
def database(app: Flask) -> Database:
    """The application's database."""
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def vault(app: Flask) -> Vault:
    """The application's vault."""
    found: Vault = app.extensions["vault"]
    return found


@pytest.fixture
def patient(database: Database, signed_in: SignedIn) -> Actor:
    """A patient who is signed in."""
    with database.session(write=True) as session:
        actor = actor_of(make_user(session, Role.PATIENT))
        session.commit()
    signed_in.as_(actor)
    return actor


@pytest.fixture
def open_case(database: Database, vault: Vault, patient: Actor) -> Callable[..., Case]:
    """Make a case of the patient in a status, with its key."""

    def make(status: CaseStatus = CaseStatus.DRAFT) -> Case:
        with database.session(write=True) as session:
            case = make_case(session, status, owner=patient)
            vault.create_case_key(case.id)
            session.commit()
        return case

    return make


@pytest.fixture
def case(open_case: Callable[..., Case]) -> Case:
    """The patient's draft."""
    return open_case()


@pytest.fixture
def work(app: Flask, database: Database) -> Callable[[], int]:
    """Do every job that is due."""
    registry.load()
    return Worker(database, app.app_context).drain


@pytest.fixture
def stored(settings: Settings) -> Callable[[], list[Path]]:
    """Every object that lies in the store, unfinished ones included."""
    return lambda: [path for path in (settings.data_dir / "objects").rglob("*") if path.is_file()]
