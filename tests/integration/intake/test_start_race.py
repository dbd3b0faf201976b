"""The button that opens a request is pressed twice at once: one request."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from portal.cases.models import Case
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.intake import services
from portal.knowledge import loader
from portal.settings import Settings
from portal.vault.services import Vault, build_vault
from tests.support.people import actor_of, make_user


@pytest.fixture
def vault(settings: Settings) -> Vault:
    return build_vault(settings)


def test_two_presses_open_one_request(database: Database, vault: Vault) -> None:
    loader.pack()
    with database.session(write=True) as session:
        patient = actor_of(make_user(session, Role.PATIENT))
        session.commit()
    both = Barrier(2, timeout=30)

    def press(_: int) -> str:
        with database.session(write=True) as session:
            both.wait()
            case = services.start(session, vault, actor=patient)
            session.commit()
            return case.reference

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(press, range(2)))) == 1
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_nobody_but_a_patient_opens_a_request(database: Database, vault: Vault) -> None:
    with database.session(write=True) as session, pytest.raises(services.NotAllowed):
        services.start(session, vault, actor=Actor(user_id="0" * 32, role=Role.COORDINATOR))
