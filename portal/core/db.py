"""Database: declarative base, column types, engine and sessions for SQLite and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator, TypeEngine

from portal.core.ids import new_id
from portal.core.sealed import CIPHER, FieldCipher, SealedText

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
WRITES = "portal_writes"
IdColumn = String(32)
_WITHOUT_OFFSET = len("2026-11-23 12:00:00.000000")
BigSerial = BigInteger().with_variant(Integer, "sqlite")


class _SqliteText(sqlite.DATETIME):
    """SQLite's own text form of a moment, passed through as it is."""

    def bind_processor(self, dialect: Dialect) -> None:
        """The text is made by :class:`UtcDateTime`."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """The text is read by :class:`UtcDateTime`."""


_SQLITE_TEXT: TypeEngine[Any] = _SqliteText()  # type: ignore[no-untyped-call]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite, which has no such type, keeps it as text without the offset.

    The text is read here, in one step: the driver's way costs three times as much, on every row of a queue.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Plain text on SQLite, a timestamp with time zone elsewhere."""
        return _SQLITE_TEXT if dialect.name == "sqlite" else super().load_dialect_impl(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive values; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        moment = value.astimezone(UTC)
        return moment.isoformat(" ", "microseconds")[:_WITHOUT_OFFSET] if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give every stored moment its offset back."""
        if value is None:
            return None
        return datetime.fromisoformat(value + "+00:00") if isinstance(value, str) else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every model; constraint names are predictable so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime}


class HasId:
    """An opaque random primary key, present from construction on (sealed columns are bound to it)."""

    id: Mapped[str] = mapped_column(IdColumn, primary_key=True)

    def __init__(self, **values: Any) -> None:
        values.setdefault("id", new_id())
        super().__init__(**values)


class StoredObject:
    """Columns of a row whose bytes lie in the vault."""

    object_id: Mapped[str | None] = mapped_column(IdColumn)
    manifest: Mapped[bytes | None] = mapped_column(LargeBinary)
    size: Mapped[int | None] = mapped_column(BigInteger)
    sha256_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256 = SealedText("sha256_sealed")


class Database:
    """An engine and its sessions.

    ``url`` is a SQLAlchemy URL; ``cipher`` seals encrypted columns. Read sessions see a snapshot;
    write sessions take SQLite's single write lock at once, so they never fail half way.
    """

    def __init__(self, url: str, cipher: FieldCipher | None = None, *, pool_size: int = 10) -> None:
        self.engine = _engine(url, pool_size)
        self._info = {CIPHER: cipher} if cipher else {}
        self._readers = sessionmaker(self.engine, info=self._info, expire_on_commit=False)
        self._writers = sessionmaker(
            self.engine.execution_options(**{WRITES: True}), info=self._info, expire_on_commit=False
        )

    def open_session(self, *, write: bool = False) -> Session:
        """A session the caller closes."""
        return self._writers() if write else self._readers()

    @contextmanager
    def session(self, *, write: bool = False) -> Iterator[Session]:
        """A session for a ``with`` block; what is not committed inside it is rolled back."""
        with self.open_session(write=write) as session:
            yield session

    def create_all(self) -> None:
        """Create every table directly; for tests. Installations migrate."""
        Base.metadata.create_all(self.engine)

    def ping(self) -> None:
        """Raise if the database cannot answer."""
        with self.engine.connect() as connection:
            connection.execute(text("select 1"))

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _engine(url: str, pool_size: int) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": 30}, pool_size=pool_size, max_overflow=10)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(
        parsed, pool_size=pool_size, max_overflow=10, pool_pre_ping=True, connect_args={"connect_timeout": 5}
    )


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "busy_timeout=30000",
    ):
        connection.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")
