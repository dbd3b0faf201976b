"""A file is removed in the moment in which a worker keeps a page of it."""

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.db import Database
from portal.core.ids import new_id
from portal.documents import services
from portal.documents.models import Document, DocumentState, Page
from portal.jobs.models import Job
from tests.support.cases import make_case
from tests.support.cipher import MaskingCipher
from tests.support.databases import postgres_database
from tests.support.people import actor_of, make_user


@pytest.fixture
def shared_database(postgres: str, postgres_with_tables: str) -> Iterator[Database]:
    """PostgreSQL, where both can have begun to write; on SQLite one waits for the other anyway."""
    with postgres_database(postgres, postgres_with_tables) as url:
        database = Database(url, MaskingCipher())
        yield database
        database.dispose()


def _checking(database: Database) -> tuple[str, Actor]:
    """A document that is being checked, and its patient."""
    with database.session(write=True) as session:
        patient = actor_of(make_user(session, Role.PATIENT))
        document = Document(
            case_id=make_case(session, owner=patient).id,
            kind="other",
            state=DocumentState.CHECKING.value,
            object_id=new_id(),
            started_at=now(),
            created_at=now(),
        )
        session.add(document)
        session.commit()
        return document.id, patient


def test_a_page_that_comes_first_is_removed_too(shared_database: Database) -> None:
    document_id, patient = _checking(shared_database)
    failed: list[str] = []

    def remove() -> None:
        with shared_database.session(write=True) as session:
            try:
                services.remove(session, session.get_one(Document, document_id), actor=patient)
                session.commit()
            except SQLAlchemyError as error:
                failed.append(type(error).__name__)

    remover = threading.Thread(target=remove)
    with shared_database.session(write=True) as worker:
        worker.get_one(Document, document_id, with_for_update=True)
        image = new_id()
        worker.add(Page(document_id=document_id, number=1, width=1, height=1, object_id=image))
        worker.flush()
        remover.start()
        time.sleep(0.5)
        worker.commit()
    remover.join(30)
    assert failed == []
    with shared_database.session() as session:
        assert session.scalar(select(func.count()).select_from(Page)) == 0
        discarded = [job.payload["objects"] for job in session.scalars(select(Job))]
        assert image in ",".join(discarded)
