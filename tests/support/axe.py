"""Accessibility: axe on the page as it stands."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds, shortened to rule, help and the elements."""
    page.evaluate(_source())
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        {
            "rule": each["id"],
            "help": each["help"],
            "where": [node["html"][:200] for node in each["nodes"][:3]],
        }
        for each in found["violations"]
    ]


def then_the_page_is_accessible(page: Page) -> None:
    """Fail with rule and element when axe finds anything."""
    found = violations(page)
    assert not found, f"{page.url}: {found}"
