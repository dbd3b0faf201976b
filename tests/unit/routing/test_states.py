"""States as people write them."""

import pytest

from portal.routing.states import states, states_in


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ca", {"CA"}),
        ("USA, California", {"CA"}),
        ("United States, state of NEW YORK", {"NY"}),
        ("I live in West Virginia", {"WV"}),
        ("Washington, D.C.", {"DC"}),
        ("Little Rock, Arkansas", {"AR"}),
        ("Portland, OR or Vancouver, WA", {"OR", "WA"}),
        ("US-CA", {"CA"}),
        ("somewhere in me or hi", set()),
        ("Germany", set()),
        ("", set()),
        (None, set()),
    ],
)
def test_states_are_found_in_free_text(text: str | None, codes: set[str]) -> None:
    assert states_in(text) == codes


def test_every_state_is_found_by_name_and_by_code() -> None:
    for code, name in states().items():
        assert states_in(name) == {code}
        assert states_in(f"the state {code}") == {code}
