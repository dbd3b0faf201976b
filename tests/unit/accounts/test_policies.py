"""Passwords people guess, waiting, and how long sessions last."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.accounts.policies import LIMITS, PATIENCE, is_guessable, live, normalised_password
from portal.core.actor import Role

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password1!",
        "p4$$w0rd2024",
        "iloveyou2",
        "qwertyuiop",
        "1qaz2wsx",
        "aaaaaaaaaa",
        "12345678",
        "87654321",
        "abcdefghij",
        "abababab",
        "second opinion",
        "breastcancer1",
        "welcomewelcome",
        "letmeinnow",
    ],
)
def test_common_passwords_are_refused(password: str) -> None:
    assert is_guessable(password)


@pytest.mark.parametrize(
    "password",
    [
        "harbour violin lantern",
        "tr0ub4dor&3x!",
        "correct green bicycle",
        "ñandú velero azul",
        "日本語の長い合言葉",
    ],
)
def test_other_passwords_are_fine(password: str) -> None:
    assert not is_guessable(password, ("Ana Ruiz", "ana@example.org"))


@pytest.mark.parametrize("password", ["marguerite", "Marguerite1", "ana.ruiz@example.org", "12marguerite"])
def test_a_persons_own_words_are_refused(password: str) -> None:
    assert is_guessable(password, ("Marguerite Ruiz", "ana.ruiz@example.org"))


def test_a_password_is_the_same_however_it_was_composed() -> None:
    assert normalised_password("cafe\u0301 \ufb01ne") == normalised_password("caf\u00e9 fine")


def test_waits_double_up_to_the_longest() -> None:
    code = PATIENCE["code"]
    waits = [code.blocked_until(attempts, AT) for attempts in (4, 5, 6, 7, 8, 9, 10, 10_000)]
    minutes = [None if each is None else (each - AT) / timedelta(minutes=1) for each in waits]
    assert minutes == [None, 1, 2, 4, 8, 15, 15, 15]


def test_every_role_that_signs_in_has_limits() -> None:
    assert set(LIMITS) == set(Role) - {Role.SYSTEM}


def test_a_session_lives_within_both_limits() -> None:
    limits = LIMITS[Role.ADMIN]
    assert live(limits, created_at=AT, last_seen_at=AT, at=AT + limits.idle)
    assert not live(limits, created_at=AT, last_seen_at=AT, at=AT + limits.idle + timedelta(seconds=1))
    late = AT + limits.absolute + timedelta(seconds=1)
    assert not live(limits, created_at=AT, last_seen_at=late, at=late)
