"""The commands that scripts rely on, run as a script runs them: with a data directory and nothing else."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = re.compile(r"SO-[2-9A-Z]{4}-[2-9A-Z]{4}")


def flask(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the portal on this data directory."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PORTAL_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *arguments],
        cwd=ROOT,
        env={**environment, "PORTAL_DATA_DIR": str(data), **more},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the demo people and cases."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    loaded = flask(folder, "demo", "load")
    assert loaded.returncode == 0, loaded.stderr
    return folder


def _listed(data: Path, *options: str) -> dict[str, str]:
    lines = flask(data, "cases", "list", *options).stdout.splitlines()
    return dict(line.split("\t") for line in lines)


def test_demo_cases_stand_in_several_states(data: Path) -> None:
    cases = _listed(data)
    assert all(REFERENCE.fullmatch(reference) for reference in cases)
    assert set(cases.values()) >= {"draft", "submitted", "ready", "in_review", "released"}


def test_loading_again_changes_nothing(data: Path) -> None:
    before = _listed(data)
    again = flask(data, "demo", "load")
    assert (again.returncode, again.stdout) == (0, "")
    assert _listed(data) == before


def test_sealed_cases_and_one_state_can_be_listed(data: Path) -> None:
    sealed = _listed(data, "--sealed")
    assert sealed
    assert set(sealed.values()).isdisjoint({"draft", "submitted", "triage", "waiting_for_patient"})
    assert set(_listed(data, "--state", "draft").values()) == {"draft"}


def test_a_sealed_case_can_be_written_to_a_folder(data: Path, tmp_path: Path) -> None:
    reference = next(iter(_listed(data, "--sealed")))
    written = flask(data, "cases", "package", reference, "--out", str(tmp_path / "out"))
    assert written.returncode == 0, written.stderr
    names = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert "manifest.json" in names
    manifest = json.loads(next((tmp_path / "out").rglob("manifest.json")).read_text())
    assert manifest["edition"] == 1


def test_an_unknown_case_is_said_so(data: Path, tmp_path: Path) -> None:
    answer = flask(data, "cases", "package", "SO-2222-2222", "--out", str(tmp_path / "out"))
    assert answer.returncode == 1
    assert "SO-2222-2222" in answer.stderr


def test_the_trail_is_intact(data: Path) -> None:
    assert flask(data, "audit", "verify").returncode == 0


def test_sign_ins_are_shown_with_their_codes(data: Path) -> None:
    shown = flask(data, "demo", "people").stdout
    assert re.search(r"coordinator\s+coordinator@demo\.example\s+code \d{6}", shown)


def test_demo_people_are_refused_in_production(tmp_path: Path) -> None:
    answer = flask(
        tmp_path / "data",
        "demo",
        "load",
        PORTAL_ENVIRONMENT="production",
        PORTAL_SECRET_KEY="only for this test",
        PORTAL_MASTER_KEY=f"file:{tmp_path / 'master.key'}",
        PORTAL_SMTP_URL="smtp://127.0.0.1:2",
        PORTAL_BASE_URL="https://opinions.example",
    )
    assert answer.returncode != 0
    assert not (tmp_path / "data" / "demonstration").exists()
