"""A row of the trail is part of the act's transaction."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.audit import services as audit
from portal.audit.chain import GENESIS, hash_of
from portal.audit.models import AuditRow
from portal.core.actor import Actor, Role
from portal.core.db import Database

ACTOR = Actor(user_id="a" * 32, role=Role.COORDINATOR, origin="192.0.2.1")


def rows(database: Database) -> list[AuditRow]:
    with database.session() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.seq)))


def test_rows_are_numbered_and_chained_at_commit(database: Database) -> None:
    for acts in (("case.created", "access.granted"), ("document.read",)):
        with database.session(write=True) as session:
            for act in acts:
                audit.record(session, ACTOR.did(act, case_id="c" * 32))
            session.commit()

    trail = rows(database)

    assert [(row.seq, row.action) for row in trail] == [
        (1, "case.created"),
        (2, "access.granted"),
        (3, "document.read"),
    ]
    assert trail[0].prev_hash == GENESIS
    assert [row.prev_hash for row in trail[1:]] == [row.hash for row in trail[:-1]]
    assert all(hash_of(row) == row.hash for row in trail)
    assert trail[0].origin == "192.0.2.1"


def test_an_act_that_is_rolled_back_leaves_no_row(database: Database) -> None:
    with database.session(write=True) as session:
        audit.record(session, ACTOR.did("case.created"))
        session.rollback()
        audit.record(session, ACTOR.did("case.closed"))
        session.commit()
        audit.record(session, ACTOR.did("case.withdrawn"))
        session.close()
        session.commit()

    assert [row.action for row in rows(database)] == ["case.closed"]


def test_a_savepoint_takes_only_its_own_acts_with_it(database: Database) -> None:
    with database.session(write=True) as session:
        audit.record(session, ACTOR.did("kept.before"))
        undone = session.begin_nested()
        audit.record(session, ACTOR.did("lost"))
        with session.begin_nested():
            audit.record(session, ACTOR.did("lost.inside"))
        undone.rollback()
        with session.begin_nested():
            audit.record(session, ACTOR.did("kept.inside"))
        session.commit()

    assert [row.action for row in rows(database)] == ["kept.before", "kept.inside"]


def test_a_read_session_is_refused_at_once(database: Database) -> None:
    with database.session() as session, pytest.raises(RuntimeError, match="records_read"):
        audit.record(session, ACTOR.did("document.read"))


def test_text_is_refused_because_it_could_be_about_health(session: Session) -> None:
    with pytest.raises(ValueError, match="not text"):
        audit.record(session, ACTOR.did("case.closed", reason="her liver metastases grew"))


@pytest.mark.parametrize("statement", ["update audit_trail set action = 'x'", "delete from audit_trail"])
def test_the_database_itself_refuses_changes(database: Database, statement: str) -> None:
    with database.session(write=True) as session:
        audit.record(session, ACTOR.did("case.created"))
        session.commit()
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))
