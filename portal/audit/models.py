"""One row of the trail, and the triggers that refuse to change it."""

from datetime import datetime

from sqlalchemy import DDL, BigInteger, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, IdColumn

TABLE = "audit_trail"

APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"create trigger {TABLE}_no_{act} before {act} on {TABLE} "
        "begin select raise(abort, 'the audit trail is append-only'); end"
        for act in ("update", "delete")
    ),
    "postgresql": (
        f"""create or replace function {TABLE}_refuse() returns trigger language plpgsql as
        $$ begin raise exception 'the audit trail is append-only'; end $$""",
        f"""create trigger {TABLE}_no_change before update or delete on {TABLE}
        for each row execute function {TABLE}_refuse()""",
        f"""create trigger {TABLE}_no_truncate before truncate on {TABLE}
        for each statement execute function {TABLE}_refuse()""",
    ),
}
"""Statements for each engine, run after the table is made; the migration runs the same ones."""


class AuditRow(Base):
    """One act of one person. ``hash`` covers every other column and the hash of the row before.

    No foreign keys: the trail outlives what it tells of.
    """

    __tablename__ = TABLE
    __table_args__ = (
        Index("ix_audit_trail_case", "case_id", "seq"),
        Index("ix_audit_trail_actor", "actor_id", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(IdColumn)
    actor_role: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[str | None] = mapped_column(IdColumn)
    subject: Mapped[str | None] = mapped_column(String(128))
    reason: Mapped[str | None] = mapped_column(String(128))
    origin: Mapped[str | None] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]
        event.listen(AuditRow.__table__, "after_create", _ddl.execute_if(dialect=_dialect))
