"""Moving a case on, and what two people at once may do."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from portal.audit.models import AuditRow
from portal.cases import history, services
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor
from portal.core.db import Database
from portal.core.errors import Conflict
from tests.support.cases import PATH, make_case


def test_a_case_walks_from_draft_to_closed_and_each_step_is_kept(session: Session) -> None:
    case = make_case(session, CaseStatus.CLOSED)
    steps = [step.to_status for step in services.steps(session, case)]
    assert steps == ["draft", *PATH[CaseStatus.CLOSED]]
    assert case.submitted_at is not None
    session.commit()
    actions = session.scalars(select(AuditRow.action).where(AuditRow.case_id == case.id)).all()
    assert [action for action in actions if action.startswith("case.")] == [
        "case.created",
        *[f"case.{step}" for step in PATH[CaseStatus.CLOSED]],
    ]


def test_a_step_that_the_table_does_not_know_is_refused_in_plain_words(session: Session) -> None:
    case = make_case(session, CaseStatus.SUBMITTED)
    with pytest.raises(Conflict, match="This case is now “submitted”"):
        services.change_status(session, case, CaseStatus.SUBMITTED, actor=Actor.system())


def test_of_two_people_moving_one_case_the_second_is_refused(database: Database) -> None:
    with database.session(write=True) as session:
        case_id = make_case(session, CaseStatus.TRIAGE).id
        session.commit()
    with database.session() as slow:
        seen = slow.get_one(Case, case_id)
        slow.commit()
        with database.session(write=True) as fast:
            services.change_status(fast, fast.get_one(Case, case_id), CaseStatus.READY, actor=Actor.system())
            fast.commit()
        seen.status = CaseStatus.WITHDRAWN.value
        with pytest.raises(StaleDataError):
            slow.flush()
    with database.session() as after:
        assert after.get_one(Case, case_id).state is CaseStatus.READY


def test_answers_come_back_and_an_old_window_cannot_overwrite_them(session: Session) -> None:
    case = make_case(session)
    items = [{"linkId": "a.name", "answer": [{"valueString": "Ana"}]}]
    history.save(session, case, "sec.A", items, actor=Actor.system(), seen_version=0)
    assert history.load(session, case) == {"sec.A": items}
    history.save(session, case, "sec.A", [], actor=Actor.system(), seen_version=1)
    with pytest.raises(Conflict, match="another window"):
        history.save(session, case, "sec.A", items, actor=Actor.system(), seen_version=1)
    assert history.load(session, case) == {"sec.A": []}


def test_counts_and_queue(session: Session) -> None:
    make_case(session)
    waiting = [make_case(session, CaseStatus.SUBMITTED) for _ in range(2)]
    assert services.count_by_status(session)[CaseStatus.SUBMITTED] == 2
    assert [case.id for case in services.queue(session, [CaseStatus.SUBMITTED])] == [
        case.id for case in waiting
    ]
