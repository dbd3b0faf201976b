"""Browsers and a running portal for the journeys."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.support.server import RunningPortal, running_portal

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
TIMEOUT_MS = 15_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing: run `make setup`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[RunningPortal]:
    """An empty portal: web server and worker."""
    with running_portal(tmp_path) as running:
        yield running


@pytest.fixture
def open_browser(browser: Browser, portal: RunningPortal) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser of its own (cookies apart) for one more person: ``open_browser(phone=True)``."""
    opened: list[BrowserContext] = []

    def make(*, phone: bool = False, javascript: bool = True) -> BrowserContext:
        size = {"width": 360, "height": 780} if phone else {"width": 1280, "height": 900}
        context = browser.new_context(
            base_url=portal.url, viewport=size, java_script_enabled=javascript, locale="en-US"
        )
        context.set_default_timeout(TIMEOUT_MS)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
