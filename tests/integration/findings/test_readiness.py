"""What a case lacks, on both databases."""

from sqlalchemy.orm import Session

from portal.cases import history
from portal.cases import services as cases
from portal.cases.models import Case
from portal.core.actor import Actor, Role
from portal.findings.readiness import ItemState, for_case
from portal.knowledge import loader
from tests.support.people import actor_of, make_user


def _case(session: Session) -> tuple[Case, Actor]:
    actor = actor_of(make_user(session, Role.PATIENT))
    pack = loader.pack()
    return cases.create_draft(session, actor=actor, pack=pack.id, pack_version=pack.version), actor


def test_an_empty_case_lacks_answers_and_reports(session: Session) -> None:
    case, _ = _case(session)
    items = {item.key: item for item in for_case(session, case)}
    pack = loader.pack()
    assert items[pack.facts.name].state is ItemState.MISSING
    for kind in pack.document_kinds:
        assert (f"document.{kind.key}" in items) is kind.expected
    assert all(item.label for item in items.values())


def test_an_answer_takes_its_item_away_and_may_make_a_report_expected(session: Session) -> None:
    case, actor = _case(session)
    pack = loader.pack()
    kind = next(each for each in pack.document_kinds if each.expected_when)
    question = pack.questionnaire.by_id[kind.expected_when[0].question]
    code = kind.expected_when[0].answer.code  # type: ignore[union-attr]
    option = question.option(code)
    assert option is not None
    section = pack.questionnaire.section_of(question.link_id).link_id
    nodes = [{"linkId": question.link_id, "answer": [option.answer]}]
    history.save(session, case, section, nodes, actor=actor)
    keys = {item.key for item in for_case(session, case)}
    assert question.link_id not in keys
    assert f"document.{kind.key}" in keys
