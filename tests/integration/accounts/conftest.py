"""People who sign in through the pages, with a clock that the test moves."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from argon2 import PasswordHasher
from flask import Flask

from portal.accounts import passwords
from tests.integration.accounts.kit import Browser

START = datetime(2026, 3, 2, 9, 0, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of hashing is tested on its own."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still until the test shifts it."""
    with time_machine.travel(START, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def new_browser(app: Flask, clock: time_machine.Traveller) -> Callable[[], Browser]:
    """A browser nobody has used yet."""
    return lambda: Browser(app, clock)


@pytest.fixture
def browser(new_browser: Callable[[], Browser]) -> Browser:
    """One such browser."""
    return new_browser()
