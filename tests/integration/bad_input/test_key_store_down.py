"""Keys or spool are unreachable: 503 in words, and nothing begins that could not be finished."""

import io
from collections.abc import Callable

from flask import Flask

from portal.core.actor import Actor, Role
from portal.settings import Settings
from tests.integration.bad_input.kit import counted, unavailable
from tests.support.outages import DiskOutage
from tests.support.pages import PortalClient

MORE_THAN_A_BLOCK = 300 * 1024


def test_no_case_begins_without_its_key(
    app: Flask, client: PortalClient, settings: Settings, sign_in: Callable[..., Actor]
) -> None:
    sign_in(Role.PATIENT)
    before, keys = counted(app), DiskOutage(settings.data_dir / "keys")
    keys.stop()
    unavailable(client, "POST", "/cases")
    assert counted(app) == before
    keys.start()
    assert client.submit("/cases").status_code == 303


def test_a_file_in_any_form_needs_its_spool(
    app: Flask, client: PortalClient, settings: Settings, sign_in: Callable[..., Actor]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(Role.PATIENT)
    spool = DiskOutage(settings.data_dir / "spool")
    spool.stop()
    form = {"any": (io.BytesIO(b"x" * MORE_THAN_A_BLOCK), "a.bin")}
    unavailable(client, "POST", "/cases", data=form)
    spool.start()
    assert client.post("/cases", data={"any": (io.BytesIO(b"x"), "a.bin")}).status_code == 400
