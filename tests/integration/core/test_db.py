"""Engine and sessions on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from portal.cases.models import Case, CaseStatus
from portal.core.actor import Role
from portal.core.db import Database
from tests.support.people import make_user


def test_sqlite_is_durable_strict_and_forgetful(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.session() as session:
        read = {
            name: session.execute(text(f"pragma {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    database.dispose()
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def _case(session: Session, at: datetime) -> Case:
    patient = make_user(session, Role.PATIENT)
    case = Case(
        reference="SO-TEST-0001",
        status=CaseStatus.DRAFT.value,
        patient_id=patient.id,
        pack="p",
        pack_version="1",
        created_at=at,
        status_changed_at=at,
    )
    session.add(case)
    return case


def test_moments_come_back_in_utc(database: Database) -> None:
    at = datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with database.session(write=True) as session:
        case_id = _case(session, at).id
        session.commit()
    with database.session() as session:
        stored = session.get_one(Case, case_id).created_at
        assert stored == at
        assert stored.tzinfo is UTC


def test_naive_moments_are_refused(session: Session) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the point of the test
    _case(session, naive)
    with pytest.raises(StatementError, match="naive"):
        session.flush()


def test_uncommitted_work_is_rolled_back(database: Database) -> None:
    with database.session(write=True) as session:
        make_user(session, Role.PATIENT)
    with database.session() as session:
        assert session.scalar(text("select count(*) from users")) == 0
