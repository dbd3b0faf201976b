"""Two windows saving one section at the same moment: one is kept, the other is told, nothing is lost."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit.models import AuditRow
from portal.cases import history, repository
from portal.cases.history import Items
from portal.cases.models import Case, HistoryAnswer
from portal.core.actor import Actor
from portal.core.db import Database
from portal.core.errors import Conflict
from tests.support.cases import make_case

SECTION = "sec.A"
WINDOWS = ("first window", "second window")
read = repository.answers


def _items(text: str) -> Items:
    return [{"linkId": "a.name", "answer": [{"valueString": text}]}]


def _meet_after_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes before both have read; only where the database lets two writers begin at once."""
    both = Barrier(len(WINDOWS), timeout=30)

    def read_and_wait(session: Session, case_id: str) -> Sequence[HistoryAnswer]:
        rows = read(session, case_id)
        both.wait()
        return rows

    monkeypatch.setattr(repository, "answers", read_and_wait)


def _save(database: Database, case_id: str, text: str, seen: int) -> bool:
    """Save in a window of its own; refused, its session still shows what the other window kept."""
    with database.session(write=True) as session:
        case = session.get_one(Case, case_id)
        try:
            history.save(session, case, SECTION, _items(text), actor=Actor.system(), seen_version=seen)
        except Conflict:
            assert [row.answers for row in read(session, case_id)] != [_items(text)]
            assert [row.version for row in read(session, case_id)] == [seen + 1]
            return False
        session.commit()
        return True


@pytest.mark.parametrize("seen", [0, 1], ids=["first answers", "changed answers"])
def test_of_two_saves_at_once_one_is_kept_and_one_is_refused(
    database: Database, seen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.session(write=True) as session:
        case = make_case(session)
        for _ in range(seen):
            history.save(session, case, SECTION, _items("before"), actor=Actor.system())
        session.commit()
    if database.engine.dialect.name == "postgresql":
        _meet_after_reading(monkeypatch)
    with ThreadPoolExecutor(len(WINDOWS)) as pool:
        saved = list(pool.map(lambda text: _save(database, case.id, text, seen), WINDOWS))
    assert sorted(saved) == [False, True]
    with database.session() as session:
        rows = read(session, case.id)
        assert [row.answers for row in rows] == [_items(WINDOWS[saved.index(True)])]
        assert [row.version for row in rows] == [seen + 1]
        acts = select(func.count()).where(AuditRow.case_id == case.id, AuditRow.action == "history.saved")
        assert session.scalar(acts) == seen + 1
