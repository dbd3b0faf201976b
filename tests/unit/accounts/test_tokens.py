"""Links, ids, recovery codes, and where to go on."""

import pytest

from portal.accounts import tokens
from portal.accounts.paths import local_path


def test_tokens_are_long_and_differ() -> None:
    made = {tokens.new_token() for _ in range(100)}
    assert len(made) == 100
    assert {len(token) for token in made} == {43}


def test_recovery_codes_survive_being_read_aloud_and_typed() -> None:
    code = tokens.new_recovery_code()
    assert tokens.read_recovery_code(code) == code
    assert tokens.read_recovery_code(f"  {code.lower().replace('-', ' ')} ") == code
    assert tokens.read_recovery_code(code.replace("0", "o").replace("1", "l")) == code


@pytest.mark.parametrize("typed", ["", "123456", "ABCD-EFGH", "A" * 25])
def test_other_text_is_no_recovery_code(typed: str) -> None:
    assert tokens.read_recovery_code(typed) is None


@pytest.mark.parametrize("wanted", ["/", "/cases", "/cases/SO-1?page=2#top", "/a//b"])
def test_local_paths_are_gone_to(wanted: str) -> None:
    assert local_path(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "cases",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil",
        "https://evil.example",
        "javascript:alert(1)",
        "\\\\evil",
    ],
)
def test_other_places_are_not(wanted: str | None) -> None:
    assert local_path(wanted) == "/home"
