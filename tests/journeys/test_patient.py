"""A patient without JavaScript tells the whole history, leaves, comes back and sends it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from portal.demo.reports import make_reports
from tests.support.story import Patient, demo_told

pytestmark = pytest.mark.journey


@pytest.mark.timeout(600)
def test_everything_works_without_javascript(
    open_browser: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    ana = Patient(open_browser(javascript=False), "Ana Testpatient", "ana@example.org", javascript=False)
    ana.register()
    ana.start_request()
    told = demo_told(ana.name)
    ana.tell_history(told)

    ana.press("Sign out")
    ana.sign_in()
    ana.go(f"{ana.case}/check")
    ana.sees(told["l.q"][0])
    ana.sees("Nothing needed is missing.")

    report = make_reports(ana.name, "April 12, 1968")[0]
    path = tmp_path / report.file_name
    path.write_bytes(report.content)
    ana.go(f"{ana.case}/documents")
    ana.add_report(path, report.kind)
    ana.sees(report.file_name)
    ana.follow(ana.page.get_by_role("link", name=re.compile("^Remove")).first)
    ana.press("Remove the file")
    expect(ana.page.get_by_text("No files yet.")).to_be_visible()
    ana.add_report(path, report.kind)

    ana.send(told)
    ana.go(ana.case)
    ana.sees("Sent on")
