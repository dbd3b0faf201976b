"""Names are blacked out of a preview, and what is free text stays out of it."""

import pytest

from portal.packages.answers import Value
from portal.packages.blackout import blacked_out, names_in
from portal.packages.preview import age_band, drug_names, safe
from portal.packages.synopsis import Fact

KNOWN = names_in(
    ["Maria del Carmen Quintero-Lopez", "my daughter Ana helps", "Dr. Marsh, Evergreen Valley Hospital"]
)


@pytest.mark.parametrize(
    "text",
    [
        "Does maria need chemo?",
        "Should MARIA’S pills stop? Quintero-Lopez asks.",
        "Evergreen said no.",
        "My daughter Ana asked this.",
        "Dr. J. R. Smith-Jones said wait",
        "Professor Óscar Núñez said wait",
        "They told me at Mount Saint Helens Cancer Center to wait",
        "At University of Example Hospital they wait",
        "Write to me@example.org",
        "Call +1 (206) 555-0142 please",
        "My MRN: 00482915 is known",
        "I am called Bettina Braun",
        "See https://example.org/maria",
    ],
)
def test_identity_is_removed(text: str) -> None:
    shown = blacked_out(text, KNOWN)
    assert "[removed]" in shown
    for name in (
        "maria",
        "quintero",
        "evergreen",
        "ana ",
        "smith",
        "núñez",
        "helens",
        "example",
        "555",
        "482915",
        "bettina",
        "braun",
    ):
        assert name not in shown.lower()


def test_the_question_itself_stays() -> None:
    text = "Is fulvestrant with capivasertib right for me now, or should I wait for the ESR1 result?"
    assert blacked_out(text, KNOWN) == text


def test_everyday_words_of_a_helper_do_not_black_out_the_question() -> None:
    assert blacked_out("Can my daughter help with care?", KNOWN) == "Can my daughter help with care?"


@pytest.mark.parametrize(
    ("age", "band"),
    [(None, "unknown"), (0, "0 to 9"), (49, "40 to 49"), (50, "50 to 59"), (97, "90 or older")],
)
def test_age_band(age: int | None, band: str) -> None:
    assert age_band(age) == band


def test_free_text_never_shows_and_dates_lose_their_day() -> None:
    drugs = drug_names([{"generic": "palbociclib", "brands": "Ibrance", "other_names": ""}])
    fact = Fact(
        "x",
        (
            Value("Secret Name", free=True),
            Value("2 Oct 2026", date="2026-10-02"),
            Value("Oct 2026", date="2026-10"),
            Value("ibrance", free=True),
        ),
        identity=False,
    )
    assert safe(fact, drugs) == "told, in the package; Oct 2026; palbociclib"
    assert safe(Fact("x", (), identity=False), drugs) == "unknown"
