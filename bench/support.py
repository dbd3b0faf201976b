"""What benchmarks share: a portal as it is run, an S3 endpoint, a signed-in client, memory of a process."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from portal import create_app, models
from portal.accounts.models import User, WebSession
from portal.accounts.services import web_sessions
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.core.db import Database
from portal.core.supervisor import portal_commands
from portal.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
MIB = 1024 * 1024
AWS = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """Run a server until the block ends; yields its process id once ``port`` answers."""
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}) as child:
        try:
            deadline = time.monotonic() + 30
            while child.poll() is None and time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield child.pid
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(timeout=20)


@contextmanager
def s3_endpoint(directory: Path, bucket: str = "bench") -> Iterator[str]:
    """The address of an S3 server of our own with one bucket."""
    port = free_port()
    (directory / bucket).mkdir(parents=True)
    command = [sys.executable, "-m", "bench.sink", "--port", str(port), str(directory)]
    with process(command, port, {}):
        yield f"http://127.0.0.1:{port}"


@dataclass(frozen=True, slots=True)
class Portal:
    """A running portal and its installation."""

    port: int
    server: int
    settings: Settings
    database: Database

    def workers(self) -> list[int]:
        """Process ids of the server's worker processes."""
        path = Path(f"/proc/{self.server}/task/{self.server}/children")
        return [int(pid) for pid in path.read_text().split()]

    def peak_mib(self) -> float:
        """The most resident memory that any worker process had since the last reset."""
        return max(_status(pid, "VmHWM") for pid in self.workers()) / 1024

    def reset_peak(self) -> None:
        """Start measuring peak memory anew."""
        for pid in self.workers():
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def _status(pid: int, name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return float(found[1]) if found else 0.0


@contextmanager
def running_portal(**settings: str) -> Iterator[Portal]:
    """A portal on an empty SQLite installation under the web server that ``make run`` uses."""
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        directory, port = Path(name), free_port()
        environment = {
            "PORTAL_ENVIRONMENT": "test",
            "PORTAL_DATA_DIR": str(directory / "data"),
            "PORTAL_MASTER_KEY": f"file:{directory / 'master.key'}",
            "PORTAL_SECRET_KEY": "bench",
            "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
            **AWS,
            **{f"PORTAL_{key.upper()}": value for key, value in settings.items()},
        }
        os.environ.update(environment)
        app = create_app()
        database: Database = app.extensions["database"]
        models.load()
        database.create_all()
        with process(portal_commands(port)[0].arguments, port, environment) as pid:
            yield Portal(port, pid, app.extensions["settings"], database)
        database.dispose()


def make_person(portal: Portal, role: Role) -> Actor:
    """A person who can be signed in."""
    with portal.database.session(write=True) as session:
        user = User(role=role.value, active=True, created_at=now(), email_index=0)
        user.name, user.email = f"Bench {role.value}", f"{role.value}@example.org"
        user.totp_secret = "bench"
        session.add(user)
        session.commit()
        return Actor(user_id=user.id, role=role, name=user.name, email=user.email)


def make_case(portal: Portal, owner: Actor, status: CaseStatus = CaseStatus.DRAFT) -> Case:
    """A case of the person with its key."""
    with portal.database.session(write=True) as session:
        case = cases.create_draft(session, actor=owner, pack="hrpos-her2neg-mbc", pack_version="0.1.0")
        create_app(portal.settings).extensions["vault"].create_case_key(case.id)
        for step in (CaseStatus.SUBMITTED, CaseStatus.TRIAGE):
            if status is not CaseStatus.DRAFT and case.state is not status:
                cases.change_status(session, case, step, actor=Actor.system())
        session.commit()
        return case


class Client:
    """A signed-in person's connection to the portal: one kept alive, no library in between."""

    def __init__(self, portal: Portal, actor: Actor) -> None:
        self.actor = actor
        self.connection = http.client.HTTPConnection("127.0.0.1", portal.port, blocksize=256 * 1024)
        self.headers = {"Cookie": f"session={_signed_in(portal, actor)}"}

    def close(self) -> None:
        """Hang up, so that the server can stop at once."""
        self.connection.close()

    def get(self, path: str) -> bytes:
        """The body of a page; raises unless the answer is 200."""
        return self.request("GET", path, status=200)

    def token(self, path: str) -> str:
        """The anti-forgery token of the form on a page."""
        found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', self.get(path))
        if found is None:
            raise RuntimeError(f"no form on {path}")
        return found[1].decode()

    def request(self, method: str, path: str, *, status: int, **options: object) -> bytes:
        """One request on the kept connection; raises unless the answer has ``status``."""
        headers = {**self.headers, **options.pop("headers", {})}  # type: ignore[dict-item]
        with suppress(BrokenPipeError):
            self.connection.request(method, path, headers=headers, **options)  # type: ignore[arg-type]
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != status:
            raise RuntimeError(f"{method} {path}: {answer.status} {body[:300]!r}")
        return body


def _signed_in(portal: Portal, actor: Actor) -> str:
    """The cookie of a new session in which both factors were given."""
    with portal.database.session(write=True) as session:
        web_sessions.sign_in(session, None, actor.user_id or "", browser="bench", data={})
        newest = select(WebSession.id).where(
            WebSession.user_id == actor.user_id, WebSession.factor_at.is_(None)
        )
        confirmed = web_sessions.confirm(session, session.scalars(newest).one(), {})
        session.commit()
    if confirmed is None:
        raise RuntimeError("the session was not started")
    return confirmed
