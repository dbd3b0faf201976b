"""Hashing: the parameters, and how many at once."""

import threading

import pytest

from portal.accounts import passwords
from portal.accounts.passwords import Gate, TooBusy


def test_hashes_are_argon2id_with_the_agreed_cost() -> None:
    made = passwords.hashed("harbour violin lantern")
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.matches("harbour violin lantern", made)
    assert not passwords.matches("harbour violin lanterns", made)


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_nothing_matches_a_missing_or_broken_hash(stored: str | None) -> None:
    assert not passwords.matches("no account has this password", stored)


def test_the_gate_lets_two_work_and_eight_wait() -> None:
    gate, release, entered = Gate(at_once=2, queue=8), threading.Event(), []

    def work() -> None:
        with gate.pass_through():
            entered.append(1)
            release.wait(10)

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    waiting = threading.Event()
    while gate.free_places and not waiting.wait(0.01):
        pass
    assert len(entered) == 2
    with pytest.raises(TooBusy) as refused, gate.pass_through():
        pass
    assert refused.value.status == 429
    release.set()
    for thread in threads:
        thread.join(10)
    assert len(entered) == 10
    with gate.pass_through():
        pass
