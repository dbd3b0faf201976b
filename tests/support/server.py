"""A running portal for browser tests: migrated database, web server and worker as real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class RunningPortal:
    """Where a started portal answers and what its processes were given."""

    url: str
    environment: Mapping[str, str]

    def flask(self, *arguments: str) -> str:
        """Run a ``flask`` command against the same installation; returns what it printed."""
        result = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", *arguments],
            cwd=ROOT,
            env=dict(self.environment),
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return result.stdout


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_for(directory: Path, port: int, **more: str) -> dict[str, str]:
    """The environment of a demo installation under ``directory``."""
    return {
        **os.environ,
        "PORTAL_ENVIRONMENT": "demo",
        "PORTAL_DATA_DIR": str(directory / "data"),
        "PORTAL_MASTER_KEY": f"file:{directory / 'keys' / 'master.key'}",
        "PORTAL_SECRET_KEY": "only-for-tests",
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        **more,
    }


def wait_until_up(url: str, seconds: float = START_SECONDS) -> None:
    """Return when the address answers; raise when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer in {seconds} s")


@contextmanager
def running_portal(directory: Path, **more: str) -> Iterator[RunningPortal]:
    """Web server and worker on an empty installation; both are stopped at the end."""
    port = free_port()
    environment = environment_for(directory, port, **more)
    portal = RunningPortal(f"http://127.0.0.1:{port}", environment)
    (directory / "keys").mkdir(mode=0o700, exist_ok=True)
    portal.flask("db", "upgrade")
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    commands = (
        [*web, "--no-ws", "--log-level", "warning", "app:app"],
        [sys.executable, "-m", "flask", "--app", "app", "worker"],
    )
    with (directory / "portal.log").open("wb") as log:
        children = [
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            for command in commands
        ]
        try:
            wait_until_up(f"{portal.url}/")
            yield portal
        finally:
            for child in children:
                child.send_signal(signal.SIGTERM)
            for child in children:
                try:
                    child.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    child.kill()
