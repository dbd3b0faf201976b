"""Made-up report PDFs for demonstrations, each page marked as such."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class DemoReport:
    """A report file as a demo patient would upload it."""

    kind: str
    file_name: str
    content: bytes


def make_reports(name: str, born: str) -> list[DemoReport]:
    """One report of each kind for this demo patient."""
    reports: dict[str, dict[str, Any]] = json.loads((DATA / "reports.json").read_text(encoding="utf-8"))
    return [_render(report, name, born) for report in reports.values()]


def _render(report: dict[str, Any], name: str, born: str) -> DemoReport:
    import typst  # noqa: PLC0415 - heavy, and only demonstrations need it here

    filled = {
        **report,
        "head": [[label, value.format(name=name, dob=born)] for label, value in report["head"]],
    }
    content = typst.compile(
        (DATA / "report.typ").read_bytes(),
        sys_inputs={"report": json.dumps(filled)},
        ignore_system_fonts=True,
    )
    return DemoReport(report["kind"], report["file_name"], content)
