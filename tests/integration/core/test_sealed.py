"""Sealed columns: what is stored, what comes back, what is refused."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.core.actor import Role
from portal.core.db import Database
from tests.support.people import make_user

NAME = "Zoë Ångström-O’Neill"


def test_plaintext_comes_back_and_is_not_in_the_row(database: Database) -> None:
    with database.session(write=True) as session:
        user = make_user(session, Role.PATIENT, name=NAME)
        session.commit()
    with database.session() as session:
        found = session.get(User, user.id)
        assert found is not None
        assert found.name == NAME
        raw = session.scalar(text("select name_sealed from users"))
        assert NAME.encode() not in bytes(raw)


def test_value_is_readable_before_the_flush(session: Session) -> None:
    user = make_user(session, Role.PATIENT)
    user.name = NAME
    assert user.name == NAME


def test_change_of_a_loaded_row_is_saved(database: Database) -> None:
    with database.session(write=True) as session:
        user_id = make_user(session, Role.PATIENT).id
        session.commit()
    with database.session(write=True) as session:
        user = session.get_one(User, user_id)
        user.name = NAME
        session.commit()
    with database.session() as session:
        assert session.get_one(User, user_id).name == NAME


def test_none_is_stored_as_null(session: Session) -> None:
    user = make_user(session, Role.PATIENT, name=NAME)
    user.name = None
    session.flush()
    assert session.scalar(text("select name_sealed from users")) is None
    assert user.name is None


def test_another_rows_ciphertext_is_refused(session: Session) -> None:
    first = make_user(session, Role.PATIENT, name=NAME)
    second = make_user(session, Role.PATIENT, name="Someone Else")
    session.execute(
        text("update users set name_sealed = :stolen where id = :id"),
        {"stolen": first.name_sealed, "id": second.id},
    )
    session.commit()
    session.expire_all()
    moved = session.scalars(select(User).where(User.id == second.id)).one()
    with pytest.raises(ValueError, match="another row"):
        assert moved.name
