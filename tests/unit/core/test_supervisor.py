"""The supervisor with small real programs: start, restart, stop, and nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from portal.core.supervisor import Command, answers, port_is_free, portal_commands

ROOT = Path(__file__).resolve().parents[3]
PARENT = """
    import sys
    from pathlib import Path
    from portal.core.supervisor import Command, Patience, supervise
    out = Path(sys.argv[1])
    commands = [Command(name, [sys.executable, "-c", code, str(out)]) for name, code in {children!r}.items()]
    sys.exit(supervise(
        commands,
        ready=lambda: (out / "ready").exists(),
        announce=lambda: (out / "announced").open("a").write("x"),
        patience=Patience(grace={grace}, first_pause=0.1, longest_pause=0.2),
    ))
"""
STEADY = """
import os, pathlib, subprocess, sys, time
out = pathlib.Path(sys.argv[1])
helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
(out / "steady").write_text(f"{os.getpid()} {helper.pid}")
(out / "ready").touch()
time.sleep(60)
"""
CRASHING = """
import pathlib, sys
with (pathlib.Path(sys.argv[1]) / "starts").open("a") as starts:
    starts.write("x")
sys.exit(3)
"""
STUBBORN = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
(pathlib.Path(sys.argv[1]) / "stubborn").write_text(str(os.getpid()))
while True: time.sleep(1)
"""
Starter = Callable[..., subprocess.Popen[str]]


def wait_for(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "nothing happened in time"
        time.sleep(0.02)


def pids(file: Path) -> list[int]:
    wait_for(lambda: file.exists() and file.read_text())
    return [int(pid) for pid in file.read_text().split()]


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Starter]:
    """Start a supervisor of the given children in a process of its own."""
    started: list[subprocess.Popen[str]] = []

    def run(grace: float = 5, **children: str) -> subprocess.Popen[str]:
        code = textwrap.dedent(PARENT).format(children=children, grace=grace)
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_ends_every_process(start: Starter, tmp_path: Path, number: int) -> None:
    supervisor = start(steady=STEADY)
    family = pids(tmp_path / "steady")
    supervisor.send_signal(number)
    assert supervisor.wait(timeout=10) == 0
    wait_for(lambda: all(gone(pid) for pid in family))


def test_a_crashed_child_starts_again_and_says_so(start: Starter, tmp_path: Path) -> None:
    supervisor = start(crashing=CRASHING)
    wait_for(lambda: (tmp_path / "starts").exists() and len((tmp_path / "starts").read_text()) >= 3)
    supervisor.terminate()
    _, said = supervisor.communicate(timeout=10)
    assert "crashing ended with status 3; starting again in 0.1 s" in said
    assert "starting again in 0.2 s" in said


def test_a_killed_child_takes_its_own_children_along_and_comes_back(start: Starter, tmp_path: Path) -> None:
    start(steady=STEADY)
    child, grandchild = pids(tmp_path / "steady")
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: gone(grandchild))
    wait_for(lambda: pids(tmp_path / "steady")[0] != child)


def test_a_child_that_ignores_the_request_is_killed_after_the_grace_period(
    start: Starter, tmp_path: Path
) -> None:
    supervisor = start(grace=0.3, stubborn=STUBBORN)
    (child,) = pids(tmp_path / "stubborn")
    supervisor.terminate()
    assert supervisor.wait(timeout=10) == 0
    assert gone(child)


def test_a_second_signal_does_not_wait(start: Starter, tmp_path: Path) -> None:
    supervisor = start(grace=60, stubborn=STUBBORN)
    pids(tmp_path / "stubborn")
    supervisor.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert supervisor.poll() is None
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(timeout=10) == 0


def test_it_announces_once_when_ready(start: Starter, tmp_path: Path) -> None:
    start(steady=STEADY)
    wait_for((tmp_path / "announced").exists)
    time.sleep(0.4)
    assert (tmp_path / "announced").read_text() == "x"


def test_a_port_in_use_is_noticed() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert not answers(port)()
        listener.listen()
        assert answers(port)()
        assert not port_is_free(port)
    assert port_is_free(port)


def test_the_portal_is_a_web_server_and_a_worker() -> None:
    web, worker = portal_commands(8001)
    assert isinstance(web, Command)
    assert "8001" in web.arguments
    assert worker.arguments[-1] == "worker"
