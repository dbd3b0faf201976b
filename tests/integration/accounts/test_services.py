"""What races and what is stored, on both databases."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts import repository, services, tokens
from portal.accounts.factors import Verdict
from portal.accounts.models import Letter, LetterKind, User
from portal.accounts.services import letters, people, second_factor, throttles, web_sessions
from portal.accounts.services.web_sessions import Visit
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.db import Database
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.sealed import CIPHER
from tests.integration.accounts.kit import PASSWORD, SECRET, code_now

Result = TypeVar("Result")
RACERS = 8
SYSTEM = Actor.system()


def _person(database: Database, email: str = "ana@example.org", role: Role = Role.PATIENT) -> str:
    with database.session(write=True) as session:
        user = services.create_confirmed_user(
            session, email=email, name="Ana Ruiz", role=role, password=PASSWORD, totp_secret=SECRET
        )
        session.commit()
        return user.id


def _race(database: Database, work: Callable[[Session], Result]) -> list[Result]:
    gate = threading.Barrier(RACERS)

    def one(_: int) -> Result:
        gate.wait()
        with database.session(write=True) as session:
            result = work(session)
            session.commit()
            return result

    with ThreadPoolExecutor(RACERS) as pool:
        return list(pool.map(one, range(RACERS)))


def _visit(session: Session, token: str) -> Visit | None:
    return web_sessions.visit(session.connection(), session.info[CIPHER], token)


def test_a_code_sent_many_times_at_once_is_accepted_once(database: Database) -> None:
    user_id = _person(database)
    code = code_now()

    def give(session: Session) -> Verdict | None:
        user = services.get_user(session, user_id)
        judged = second_factor.give_code(session, user, code, actor=SYSTEM)
        return judged.verdict if judged.until is None else None

    assert _race(database, give).count(Verdict.RIGHT) == 1


def test_a_recovery_code_sent_many_times_at_once_is_accepted_once(database: Database) -> None:
    user_id = _person(database)
    with database.session(write=True) as session:
        code, *_ = second_factor.new_recovery_codes(
            session, services.get_user(session, user_id), actor=SYSTEM
        )
        session.commit()

    def give(session: Session) -> bool:
        user = services.get_user(session, user_id)
        return second_factor.give_code(session, user, code, actor=SYSTEM).accepted

    assert _race(database, give).count(True) == 1


def test_guesses_at_once_are_all_counted(database: Database) -> None:
    free = [until is None for until in _race(database, lambda s: throttles.take(s, "code", "someone"))]
    assert free.count(True) == 5


def test_an_invitation_sent_in_many_times_at_once_makes_one_person(database: Database) -> None:
    with database.session(write=True) as session:
        _, token = letters.invite_in_person(
            session, email="lee@example.org", name="Lee", role=Role.REVIEWER, actor=SYSTEM
        )
        session.commit()

    def accept(session: Session) -> bool:
        found = letters.find(session, LetterKind.INVITATION, token)
        return found is not None and bool(
            letters.open_account(session, found, password_hash="x", origin=None)
        )

    assert _race(database, accept).count(True) == 1
    with database.session() as session:
        assert len(services.people_with_role(session, Role.REVIEWER)) == 1


def test_two_links_to_one_address_at_once_make_one_person(database: Database) -> None:
    with database.session(write=True) as session:
        made = [
            letters.invite_in_person(
                session, email="lee@example.org", name="Lee", role=Role.REVIEWER, actor=SYSTEM
            )[0].id
            for _ in range(RACERS)
        ]
        session.commit()

    def accept(session: Session) -> bool:
        letter = session.get_one(Letter, made.pop())
        return bool(letters.open_account(session, letter, password_hash="x", origin=None))

    assert _race(database, accept).count(True) == 1


def test_attempts_are_forgotten_after_a_day(session: Session) -> None:
    with time_machine.travel(0, tick=False) as clock:
        for _ in range(5):
            assert throttles.take(session, "code", "someone") is None
        assert throttles.take(session, "code", "someone") == now() + timedelta(minutes=1)
        clock.shift(timedelta(days=1, seconds=1))
        for _ in range(5):
            assert throttles.take(session, "code", "someone") is None


def test_addresses_that_share_an_index_stay_apart(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "email_index", lambda *_: 7)
    made = [
        people.create_user(session, email=email, name="X", role=Role.PATIENT, password_hash="x")
        for email in ("a@example.org", "b@example.org")
    ]
    assert all(made)
    assert people.find_by_email(session, "B@example.org") is made[1]
    assert people.find_by_email(session, "c@example.org") is None


def test_people_of_a_role_are_the_active_ones_by_name(session: Session) -> None:
    for name in ("zoe", "Ann", "Gone"):
        user = people.create_user(
            session, email=f"{name}@example.org", name=name, role=Role.REVIEWER, password_hash="x"
        )
        assert user is not None
        user.active = name != "Gone"
    session.flush()
    assert [user.name for user in services.people_with_role(session, Role.REVIEWER)] == ["Ann", "zoe"]
    assert [user.name for user in people.staff(session, active=False)] == ["Gone"]


def test_a_person_is_not_made_twice(database: Database) -> None:
    _person(database)
    with pytest.raises(Conflict):
        _person(database, "Ana@Example.org")


def test_unknown_people_are_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        services.get_user(session, "0" * 32)


def test_the_demo_code_is_the_one_the_app_shows(database: Database) -> None:
    user_id = _person(database)
    with database.session() as session, time_machine.travel(1_772_000_000, tick=False):
        assert services.current_totp_code(services.get_user(session, user_id)) == code_now()


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b"])
def test_names_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        people.checked_name(name)


def test_an_ended_session_is_not_brought_back(database: Database) -> None:
    user_id = _person(database)
    with database.session(write=True) as session:
        token = web_sessions.sign_in(session, None, user_id, browser="x", data={})
        visit = _visit(session, token)
        assert visit is not None
        web_sessions.end(session, visit.session_id)
        assert _visit(session, token) is None
        assert web_sessions.confirm(session, visit.session_id, {}) is None


def test_a_stolen_dump_holds_no_address_name_secret_or_usable_token(sqlite_url: str, tmp_path: Path) -> None:
    from portal import models  # noqa: PLC0415
    from tests.support.cipher import MaskingCipher  # noqa: PLC0415

    models.load()
    database = Database(sqlite_url, MaskingCipher())
    database.create_all()
    user_id = _person(database, "canary-address@example.org")
    with database.session(write=True) as session:
        user = session.get_one(User, user_id)
        user.name = "Canary Name"
        codes = second_factor.new_recovery_codes(session, user, actor=SYSTEM)
        cookie = web_sessions.sign_in(
            session, None, user_id, browser="Canary Browser", data={"pending_app": "CANARYSECRET"}
        )
        _, link = letters.invite_in_person(
            session, email="canary-guest@example.org", name="Canary Guest", role=Role.AUDITOR, actor=SYSTEM
        )
        letters.ask_to_register(
            session,
            email="canary-new@example.org",
            name="Canary New",
            password_hash="hash",
            origin="203.0.113.7",
        )
        session.commit()
    plain = (cookie, link, PASSWORD, SECRET, "CANARYSECRET", *codes)
    with database.session() as session:
        users = session.execute(text("select * from users")).mappings().one()
        assert users["totp_sealed"] is not None
    dumped = b"".join(file.read_bytes() for file in tmp_path.glob("test.sqlite*"))
    database.dispose()
    assert tokens.digest(cookie).encode() in dumped, "the dump is the right one"
    for secret in (*plain, "canary", "Canary"):
        assert secret.encode() not in dumped, secret
