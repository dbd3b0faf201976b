"""Whatever somebody with full rights on the database does to the trail is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.audit import services as audit
from portal.audit.anchor import FILE
from portal.audit.chain import hash_of
from portal.audit.models import AuditRow
from portal.audit.repository import walk
from portal.core.actor import Actor
from portal.core.db import Database

ACTOR = Actor.system()


def add(database: Database, count: int, action: str = "document.read") -> None:
    with database.session(write=True) as session:
        for number in range(count):
            audit.record(session, ACTOR.did(action, subject=f"d{number}"))
        session.commit()


def note_head(database: Database, anchors: Path) -> bool:
    with database.session() as session:
        return audit.note_head(session, anchors)


def problems(database: Database, anchors: Path) -> list[str]:
    with database.session() as session:
        return list(audit.verify(session, anchors).problems)


@contextmanager
def intruder(database: Database) -> Iterator[Session]:
    """Somebody who has switched the triggers off."""
    with database.session(write=True) as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("alter table audit_trail disable trigger all"))
        else:
            for act in ("update", "delete"):
                session.execute(text(f"drop trigger audit_trail_no_{act}"))
        yield session
        session.commit()


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    return tmp_path / "anchor"


def test_an_untouched_trail_is_intact(database: Database, anchors: Path) -> None:
    assert problems(database, anchors) == []
    assert not note_head(database, anchors), "an empty trail has no head"
    add(database, 3)
    assert note_head(database, anchors)
    add(database, 700)
    assert not note_head(database, anchors)
    assert not note_head(database, anchors), "an unchanged head is not noted twice"

    with database.session() as session:
        verdict = audit.verify(session, anchors)
    assert (verdict.rows, verdict.anchors, verdict.problems) == (703, 2, [])


@pytest.mark.parametrize(
    "column",
    ["at", "actor_id", "actor_role", "action", "case_id", "subject", "reason", "origin", "prev_hash", "hash"],
)
def test_an_edit_of_any_column_is_found(database: Database, anchors: Path, column: str) -> None:
    add(database, 3)
    with intruder(database) as session:
        value = "2020-01-01 00:00:00" if column == "at" else "x"
        session.execute(text(f"update audit_trail set {column} = :value where seq = 2"), {"value": value})
    assert any("Row 2" in problem for problem in problems(database, anchors))


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["delete from audit_trail where seq = 2"], "Row 2 is missing."),
        (["delete from audit_trail where seq in (1, 2)"], "Rows 1 to 2 are missing."),
        (
            [
                "update audit_trail set seq = -2 where seq = 2",
                "update audit_trail set seq = 2 where seq = 3",
                "update audit_trail set seq = 3 where seq = -2",
            ],
            "Row 2 does not follow the row before it.",
        ),
    ],
)
def test_deleting_and_reordering_are_found(
    database: Database, anchors: Path, statements: list[str], found: str
) -> None:
    add(database, 4)
    with intruder(database) as session:
        for statement in statements:
            session.execute(text(statement))
    assert found in problems(database, anchors)


def test_a_cut_tail_is_found_by_the_anchor(database: Database, anchors: Path) -> None:
    add(database, 4)
    note_head(database, anchors)
    with intruder(database) as session:
        session.execute(text("delete from audit_trail where seq > 2"))
    (problem,) = problems(database, anchors)
    assert "The trail ends at row 2, but row 4 existed at" in problem

    add(database, 5)
    assert any("Row 4 is not the row that was anchored" in problem for problem in problems(database, anchors))


def test_a_rewritten_chain_is_found_by_the_anchor(database: Database, anchors: Path) -> None:
    add(database, 4)
    note_head(database, anchors)
    with intruder(database) as session:
        previous = None
        for row in list(walk(session)):
            row.action = "nothing.happened"
            row.prev_hash = previous.hash if previous else row.prev_hash
            row.hash = hash_of(row)
            previous = row
    (problem,) = problems(database, anchors)
    assert problem.startswith("Row 4 is not the row that was anchored at")


def test_a_lost_anchor_file_is_missed(database: Database, anchors: Path) -> None:
    add(database, 1)
    assert note_head(database, anchors)
    with database.session(write=True) as session:
        audit.record(session, audit.anchor_started())
        session.commit()
    assert problems(database, anchors) == []
    (anchors / FILE).unlink()
    (problem,) = problems(database, anchors)
    assert "The anchor file is gone" in problem


def test_an_anchor_line_cut_by_a_crash_does_not_count(database: Database, anchors: Path) -> None:
    add(database, 1)
    note_head(database, anchors)
    with (anchors / FILE).open("ab") as file:
        file.write(b'{"seq": 2, "hash": "ab')
    assert problems(database, anchors) == []
    add(database, 1)
    note_head(database, anchors)
    with database.session() as session:
        assert audit.verify(session, anchors).anchors == 2
    assert problems(database, anchors) == []


def test_the_command_says_so_in_plain_words(app: Flask) -> None:
    database: Database = app.extensions["database"]
    add(database, 2)
    runner = app.test_cli_runner()
    assert "flask audit anchor" in runner.invoke(args=["audit", "verify"]).output
    assert runner.invoke(args=["audit", "anchor"]).exit_code == 0
    result = runner.invoke(args=["audit", "verify"])
    assert (result.exit_code, result.output) == (0, "The audit trail is intact: 3 rows, 1 anchors.\n")

    with intruder(database) as session:
        session.execute(text("update audit_trail set action = 'x' where seq = 1"))
    result = runner.invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert "NOT intact" in result.output
    assert "Row 1 was changed" in result.output

    path = app.extensions["settings"].anchors / FILE
    path.write_bytes(b'{"seq": "x"}\n')
    assert runner.invoke(args=["audit", "verify"]).exit_code == 1


def test_the_worker_notes_the_head(app: Flask) -> None:
    database: Database = app.extensions["database"]
    add(database, 1)
    result = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert result.exit_code == 0, result.output
    with database.session() as session:
        verdict = audit.verify(session, app.extensions["settings"].anchors)
        rows = [row.action for row in session.query(AuditRow).order_by(AuditRow.seq)]
    assert verdict.problems == []
    assert verdict.anchors == 1
    assert rows == ["document.read", "audit.anchored"]
