"""One process that starts web server and worker, restarts what crashes and stops everything together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK = 0.1


@dataclass(frozen=True)
class Command:
    """A program to keep running. ``environment`` is added to our own."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds."""

    grace: float = 15.0
    first_pause: float = 1.0
    longest_pause: float = 30.0
    counts_as_healthy: float = 60.0


class Child:
    """A command, its process and when it may start again. Each child leads a process group of its own."""

    def __init__(self, command: Command, patience: Patience, say: Callable[[str], None]) -> None:
        """``say`` tells the person at the terminal what happens."""
        self.command = command
        self.patience = patience
        self.say = say
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_at = 0.0
        self.pause = patience.first_pause

    def tend(self, moment: float) -> None:
        """Start the process when it is due, notice when it has ended."""
        if self.process is None:
            if moment >= self.start_at:
                self._start(moment)
            return
        status = self.process.poll()
        if status is not None:
            self._ended(status, moment)

    def _start(self, moment: float) -> None:
        environment = {**os.environ, **self.command.environment}
        self.process = subprocess.Popen(self.command.arguments, env=environment, process_group=0)
        self.started_at = moment

    def _ended(self, status: int, moment: float) -> None:
        self.signal_group(signal.SIGKILL)
        self.process = None
        if moment - self.started_at >= self.patience.counts_as_healthy:
            self.pause = self.patience.first_pause
        self.start_at = moment + self.pause
        self.say(f"{self.command.name} ended with status {status}; starting again in {self.pause:g} s")
        self.pause = min(self.pause * 2, self.patience.longest_pause)

    def signal_group(self, number: int) -> None:
        """Signal the process and everything it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def running(self) -> bool:
        """Whether the process itself is still there."""
        return self.process is not None and self.process.poll() is None


class _StopRequests:
    """Counts the signals that ask us to stop; the second one means at once."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = threading.Event()

    def __call__(self, *_: object) -> None:
        self.count += 1
        self.changed.set()

    @contextlib.contextmanager
    def caught(self) -> Iterator[None]:
        """Handle the stop signals here until the block ends."""
        before = {number: signal.signal(number, self) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def supervise(
    commands: Sequence[Command],
    *,
    ready: Callable[[], bool] = lambda: True,
    announce: Callable[[], None] = lambda: None,
    patience: Patience | None = None,
    say: Callable[[str], None] | None = None,
) -> int:
    """Keep ``commands`` running until SIGINT, SIGTERM or SIGHUP; call it from the main thread.

    ``announce`` is called once, when ``ready`` first answers true. Stopping sends TERM to every group, waits
    for the grace period, then kills what is left; a second signal ends the wait. Returns the exit status, 0
    after a stop.
    """
    patience = patience or Patience()
    say = say or _say
    children = [Child(command, patience, say) for command in commands]
    requests = _StopRequests()
    announced = False
    with requests.caught():
        try:
            while not requests.changed.wait(TICK):
                for child in children:
                    child.tend(time.monotonic())
                if not announced and ready():
                    announced = True
                    announce()
        finally:
            _stop(children, patience.grace, requests)
    return 0


def _stop(children: Sequence[Child], grace: float, requests: _StopRequests) -> None:
    for child in children:
        child.signal_group(signal.SIGTERM)
    deadline = time.monotonic() + grace
    while any(child.running() for child in children) and time.monotonic() < deadline and requests.count < 2:
        time.sleep(TICK / 2)
    for child in children:
        child.signal_group(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()


def _say(text: str) -> None:
    print(f"portal: {text}", file=sys.stderr, flush=True)


def answers(port: int, host: str = LOOPBACK) -> Callable[[], bool]:
    """A check whether something accepts connections there."""

    def check() -> bool:
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return True
        return False

    return check


def port_is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def portal_commands(port: int, host: str = LOOPBACK, threads: int = 32) -> list[Command]:
    """The web server and the worker of this portal.

    ``threads`` bounds how many requests are answered at once; a slow upload holds one for its whole length.
    The server warns of more threads than cores, which here are meant to wait; only its errors are shown.
    """
    web = [
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--no-ws",
        "--log-level",
        "error",
        "--workers",
        str(os.cpu_count() or 1),
    ]
    web += [
        "--blocking-threads",
        str(threads),
        "--respawn-failed-workers",
        "--workers-kill-timeout",
        "10",
        "app:app",
    ]
    return [
        Command("web server", [sys.executable, "-m", *web]),
        Command("worker", [sys.executable, "-m", "flask", "--app", "app", "worker"]),
    ]
