"""Starting is quick because what is heavy is imported where it is used."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("boto3", "botocore", "fhir", "typst", "pypdfium2", "pikepdf", "PIL", "alembic", "flask_security")


def test_the_application_is_made_without_heavy_libraries(tmp_path: Path) -> None:
    program = f"import app, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    environment = {"PORTAL_DATA_DIR": str(tmp_path / "data"), "PATH": ""}
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert answer.stdout.strip() == "[]"
