"""Whatever a phone can type becomes a PDF; a letter without a font never keeps a case from being sealed."""

from datetime import UTC, datetime

import pytest

from portal.packages import pdf

AT = datetime(2026, 5, 4, tzinfo=UTC)
EMPTY = dict.fromkeys(
    ("title", "author", "foot", "patient", "born", "signed", "reviewer", "place", "advice", "assessment"), "x"
)


@pytest.mark.parametrize(
    "typed",
    [
        "strong \U0001f4aa\U0001f3ff woman \U0001f469\U0001f3fd",
        "1\ufe0f\u20e3 first, 2\ufe0f\u20e3 second",
        "\u0e14\u0e49\u0e49\u0e47\u0e47",
        "\u0c1c\u0c4d\u0c1e\u200c\u0c3e",
        "\u25a1\u0489",
    ],
    ids=["skin tones", "key caps", "Thai", "Telugu", "a mark on a box"],
)
def test_letters_joined_to_letters_without_a_font(typed: str) -> None:
    made = pdf.render("opinion.typ", {**EMPTY, "limits": "", "answers": [], "summary": typed}, at=AT)
    assert pdf.page_count(made) == 1
    plain = pdf.render("opinion.typ", {**EMPTY, "limits": "", "answers": [], "summary": "1 \u25a1"}, at=AT)
    assert pdf.page_count(plain) == 1
