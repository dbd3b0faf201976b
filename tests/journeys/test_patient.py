"""A patient tells the whole history and sends it, with the keyboard alone on a phone-sized page."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from portal.demo.reports import make_reports
from tests.support.story import Patient, demo_told

pytestmark = pytest.mark.journey


def test_a_patient_registers_tells_and_sends_with_the_keyboard_alone(
    open_browser: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    ana = Patient(open_browser(phone=True), "Ana Example", "ana@example.org", keyboard=True)
    ana.register()
    ana.start_request()
    pages = ana.tell_history(demo_told(ana.name))
    print(f"history pages walked: {pages}")
    ana.go(ana.case)
    for report in make_reports(ana.name, "April 12, 1968"):
        path = tmp_path / report.file_name
        path.write_bytes(report.content)
        ana.go(f"{ana.case}/documents")
        ana.add_report(path, report.kind)
    ana.send(demo_told(ana.name))
