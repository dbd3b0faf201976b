"""Fixtures of the tests of intake."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal.core.actor import Actor, Role
from tests.integration.intake.walking import Walker, start
from tests.support.pages import PortalClient


@pytest.fixture
def patient(sign_in: Callable[..., Actor]) -> Actor:
    """A patient who is signed in."""
    return sign_in(Role.PATIENT)


@pytest.fixture
def walker(app: Flask, client: PortalClient, patient: Actor) -> Walker:
    """A new case of the patient, consents given."""
    return start(app, client, patient)
