"""Makes a checkout ready to run, or to test: virtual environment, packages, style sheet, browser.

Needs Python 3.11 and its standard library only. Each step leaves a stamp with the hash of what it was made
from, so that a second run has nothing to do and says nothing.

    python3 scripts/setup.py run     what the portal needs
    python3 scripts/setup.py test    and what its tests need
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
CACHE = ROOT / ".cache"
BUILD = ROOT / "static" / "build"
MODULES = ROOT / "node_modules"
FONT = MODULES / "@fontsource-variable" / "atkinson-hyperlegible-next" / "files"
REQUIREMENTS = {
    "run": ROOT / "requirements" / "runtime.txt",
    "test": ROOT / "requirements" / "dev.txt",
}
OLDEST_PYTHON = (3, 11)


class SetupFailed(Exception):
    """Something a person must do first; the message says what."""


def fingerprint(*parts: Path | str) -> str:
    """One hash of the given files and words."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def step(name: str, says: str, mark: str, make: Callable[[], None], result: Path) -> None:
    """Run ``make`` unless its stamp has this mark and its result is there."""
    if result.exists() and stamped(name, mark):
        return
    print(f"set-up: {says}", flush=True)
    make()
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(mark)


def stamped(name: str, mark: str) -> bool:
    """Whether a step left this mark."""
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text() == mark


def call(*command: str | Path) -> None:
    """Run a program of the set-up; its own words are enough when it fails."""
    environment = {
        **os.environ,
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "PIP_CACHE_DIR": str(CACHE / "pip"),
        "npm_config_cache": str(CACHE / "npm"),
    }
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise SetupFailed(f"this failed: {' '.join(str(part) for part in command)}")


def system_packages(*names: str, needed_for: str) -> None:
    """Install Debian packages when we may, else say which."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise SetupFailed(f"{needed_for} needs: sudo apt-get install {' '.join(names)}")
    call("apt-get", "update", "-qq")
    install = "DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends"
    call("env", *install.split(), *names)


def make_environment() -> None:
    """Create the virtual environment; Debian keeps a part of Python in a package of its own."""
    if find_spec("ensurepip") is None:
        version = ".".join(map(str, sys.version_info[:2]))
        system_packages(f"python{version}-venv", needed_for="the virtual environment")
    call(sys.executable, "-m", "venv", VENV)


def install_python_packages(purpose: str) -> None:
    """Install exactly the pinned packages, each checked against its hash."""
    install = "-W ignore -m pip install --quiet --disable-pip-version-check --require-hashes -r"
    call(PYTHON, *install.split(), REQUIREMENTS[purpose])


def install_node_packages(purpose: str) -> None:
    """Install the locked packages with the Node.js that came with the Python packages."""
    development = ["--omit=dev"] if purpose == "run" else []
    call(VENV / "bin" / "npm", "ci", "--silent", *development)


def build_assets() -> None:
    """Compile the style sheet and put scripts and fonts beside it."""
    sass = [VENV / "bin" / "node", MODULES / "sass" / "sass.js", f"--load-path={MODULES}"]
    options = ["--quiet-deps", "--no-source-map", "--style=compressed"]
    BUILD.mkdir(parents=True, exist_ok=True)
    call(*sass, *options, ROOT / "static" / "css" / "portal.scss", BUILD / "portal.css")
    shutil.copy(MODULES / "govuk-frontend" / "dist" / "govuk" / "govuk-frontend.min.js", BUILD)
    shutil.copytree(FONT, BUILD / "fonts", dirs_exist_ok=True)


def find_browser() -> None:
    """The journeys drive Chromium."""
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        print("set-up: chromium, for the browser tests", flush=True)
        system_packages("chromium", needed_for="the browser tests")


def set_up(purpose: str) -> None:
    """Bring the checkout to where ``purpose`` can start; what serves the tests serves running too."""
    lock = ROOT / "package-lock.json"
    step("python", "virtual environment", sys.version, make_environment, PYTHON)
    larger = all(stamped(f"{kind}-test", mark) for kind, mark in marks("test").items())
    wanted = "test" if larger else purpose
    mark = marks(wanted)
    for kind, says, install, result in (
        ("python", "Python packages", install_python_packages, PYTHON),
        ("node", "style and script packages", install_node_packages, MODULES),
    ):
        step(f"{kind}-{wanted}", says, mark[kind], partial(install, wanted), result)
    sources = fingerprint(lock, Path(__file__), *sorted((ROOT / "static" / "css").glob("*.scss")))
    step("assets", "style sheet", sources, build_assets, BUILD / "portal.css")
    if purpose == "test":
        find_browser()


def marks(purpose: str) -> dict[str, str]:
    """What the installed packages must have been made from."""
    return {"python": fingerprint(REQUIREMENTS[purpose]), "node": fingerprint(ROOT / "package-lock.json")}


def main(arguments: list[str]) -> int:
    """Read the purpose and set up; returns the exit status."""
    if len(arguments) != 1 or arguments[0] not in REQUIREMENTS:
        print(__doc__, file=sys.stderr)
        return 2
    if sys.version_info < OLDEST_PYTHON:
        print("set-up: Python 3.11 or newer is needed; try: make PYTHON=python3.11", file=sys.stderr)
        return 1
    try:
        set_up(arguments[0])
    except SetupFailed as failure:
        print(f"set-up stopped: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
