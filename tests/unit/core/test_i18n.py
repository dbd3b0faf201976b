"""The language of a page follows the browser, among those we have."""

import pytest

from portal.core import i18n


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("en-US,en;q=0.9", "en"),
        ("es-MX,es;q=0.9,en;q=0.5", "es"),
        ("en;q=0.2,es;q=0.8", "es"),
        ("fr-FR", "en"),
        ("not a language, ;;q=x", "en"),
    ],
)
def test_the_best_of_our_languages_is_chosen(
    header: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "LANGUAGES", ("en", "es"))
    i18n.best_language.cache_clear()
    try:
        assert i18n.best_language(header).language == language
    finally:
        i18n.best_language.cache_clear()
