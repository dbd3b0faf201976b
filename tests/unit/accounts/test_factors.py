"""Codes against RFC 6238, and each only once."""

import base64

import pytest
import time_machine

from portal.accounts import factors
from portal.accounts.factors import Verdict

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_CODES = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}


@pytest.mark.parametrize(("moment", "code"), RFC_CODES.items())
def test_the_published_codes_are_accepted(moment: int, code: str) -> None:
    with time_machine.travel(moment, tick=False):
        assert factors.current_code(RFC_SECRET) == code
        assert factors.check(code, RFC_SECRET, None) == (Verdict.RIGHT, moment // 30)


@pytest.mark.parametrize(
    ("drift", "verdict"),
    [(-60, Verdict.WRONG), (-30, Verdict.RIGHT), (30, Verdict.RIGHT), (60, Verdict.WRONG)],
)
def test_a_clock_may_be_one_step_off(drift: int, verdict: Verdict) -> None:
    with time_machine.travel(1_700_000_000 + drift, tick=False):
        code = factors.current_code(RFC_SECRET)
    with time_machine.travel(1_700_000_000, tick=False):
        assert factors.check(code, RFC_SECRET, None)[0] is verdict


def test_a_step_and_the_ones_before_it_are_used_up() -> None:
    with time_machine.travel(1_700_000_000, tick=False) as clock:
        early = factors.current_code(RFC_SECRET)
        clock.shift(30)
        code = factors.current_code(RFC_SECRET)
        verdict, counter = factors.check(code, RFC_SECRET, None)
        assert verdict is Verdict.RIGHT
        assert factors.check(code, RFC_SECRET, counter) == (Verdict.USED, None)
        assert factors.check(early, RFC_SECRET, counter) == (Verdict.USED, None)
        clock.shift(30)
        assert factors.check(factors.current_code(RFC_SECRET), RFC_SECRET, counter)[0] is Verdict.RIGHT


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "12345", "1234567", "\uff11\uff12\uff13\uff14\uff15\uff16", "123 45x", "\x00", "9" * 99],
)
def test_what_is_no_code_is_wrong(typed: str) -> None:
    assert factors.check(typed, RFC_SECRET, None)[0] is Verdict.WRONG


def test_spaces_in_a_code_do_not_matter() -> None:
    with time_machine.travel(59, tick=False):
        assert factors.check("287 082", RFC_SECRET, None)[0] is Verdict.RIGHT


def test_secrets_are_random_and_readable() -> None:
    first, second = factors.new_secret(), factors.new_secret()
    assert first != second
    assert len(base64.b32decode(first)) == 20
    assert factors.readable_secret("ABCDEFGH") == "ABCD EFGH"
