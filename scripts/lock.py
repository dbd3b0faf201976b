"""Pins the newest allowed version of every package, with hashes and without any address: ``make lock``."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
LOCKS = {
    "requirements/runtime.txt": ["requirements/build.in", "requirements/runtime.in"],
    "requirements/dev.txt": ["requirements/build.in", "requirements/dev.in"],
}
QUIET = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]


def call(*command: str) -> None:
    """Run one of the set-up's own tools in the checkout; its failure ends everything."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=True)


def main() -> None:
    """Compile both requirement files, then the lock of the Node packages."""
    for lock, sources in LOCKS.items():
        call(
            str(BIN / "uv"), "pip", "compile", "--upgrade", "--generate-hashes", *QUIET, *sources, "-o", lock
        )
    call(str(BIN / "npm"), "update", "--silent", "--package-lock-only")


if __name__ == "__main__":
    main()
