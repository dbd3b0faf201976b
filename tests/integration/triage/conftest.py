"""A case with answers, reviewers and coordinators, for the pages of triage."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.cases import history
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.knowledge import loader
from portal.routing import services as routing
from tests.support.cases import make_case
from tests.support.people import actor_of, make_user


@pytest.fixture
def store(app: Flask) -> Iterator[Session]:
    """A write session of the application's own database; commit before the client looks."""
    database: Database = app.extensions["database"]
    with database.session(write=True) as session:
        yield session


@pytest.fixture
def new_case(app: Flask, store: Session) -> Callable[..., Case]:
    """Make a committed case in a status, with a key of its own and a few answers."""

    def make(status: CaseStatus) -> Case:
        patient = actor_of(make_user(store, Role.PATIENT, name="Pat Canary"))
        case = make_case(store, status, owner=patient)
        app.extensions["vault"].create_case_key(case.id)
        case.pack_version = loader.pack().version
        case.patient_state, case.treating_institution = "CA", "Lakeside Hospital"
        history.save(
            store,
            case,
            "sec.L",
            [{"linkId": "l.q", "answer": [{"valueString": "Is a trial right for me?"}]}],
            actor=patient,
        )
        store.commit()
        return case

    return make


@pytest.fixture
def new_reviewer(store: Session) -> Callable[..., Actor]:
    """Make a committed reviewer of an institution."""

    def make(institution: str, name: str, states: str = "CA") -> Actor:
        actor = actor_of(make_user(store, Role.REVIEWER, name=name))
        routing.save_profile(
            store,
            actor.user_id or "",
            actor=actor,
            institution=institution,
            subspecialty="Breast oncology",
            licensed_states=states.split(),
            languages=["English"],
        )
        store.commit()
        return actor

    return make
