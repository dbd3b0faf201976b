"""How answers read, and the facts the portal itself uses."""

import pytest

from portal.knowledge import loader
from portal.knowledge.checking import absent
from portal.knowledge.facts import case_facts
from portal.knowledge.told import Node, Told
from portal.knowledge.wording import Entries, Row, date_words, sections_told, words_of
from tests.unit.knowledge.samples import choice, chose, group, item, one, questionnaire, told

PACK = loader.pack()


@pytest.mark.parametrize(
    ("value", "words"), [("2024", "2024"), ("2024-03", "March 2024"), ("2024-03-05", "March 5, 2024")]
)
def test_a_date_keeps_its_precision(value: str, words: str) -> None:
    assert date_words(value) == words


def test_an_answer_reads_as_its_option_its_number_or_its_words() -> None:
    assert words_of(one(choice("q")), {"valueCoding": {"system": "urn:test", "code": "yes"}}) == "Yes"
    assert words_of(one(choice("q")), {"valueCoding": {"code": "old", "display": "Retired"}}) == "Retired"
    assert words_of(one(item("q", "integer")), {"valueInteger": 3}) == "3"
    assert words_of(one(item("q", "boolean")), {"valueBoolean": True}) == "Yes"
    offering = next(each for each in PACK.questionnaire.walk() if each.absent)
    assert words_of(offering, absent(offering, "asked-unknown").answers[0]) == "I don't know"


def test_everything_asked_is_told_in_order() -> None:
    form = questionnaire(choice("a"), group("g", item("b", "text"), repeats=True))
    entry = {"linkId": "g", "item": [told("b", {"valueString": "x"})]}
    [section] = sections_told(Told(form, {"s": [chose("a", "no"), entry]}))
    first, second = section.rows
    assert isinstance(first, Row)
    assert first.words == ("No",)
    assert isinstance(second, Entries)
    assert [[row.words for row in rows] for rows in second.entries] == [[("x",)]]


def _chosen(link_id: str, number: int) -> Node:
    return told(link_id, PACK.questionnaire.by_id[link_id].options[number].answer)


def test_the_place_is_the_code_of_the_state_or_the_words_for_elsewhere() -> None:
    facts = PACK.facts
    here = [_chosen(facts.country, 0), _chosen(facts.state, 4)]
    state = PACK.states[4]
    found = case_facts(PACK, {"sec.A": here})
    assert (found.place, found.place_words) == (state.code, state.display)
    away = [
        _chosen(facts.country, 1),
        _chosen(facts.state, 4),
        told(facts.elsewhere, {"valueString": "Kenya"}),
    ]
    assert case_facts(PACK, {"sec.A": away}).place == "Kenya"


def test_urgent_is_everything_but_the_calm_answer() -> None:
    item = PACK.questionnaire.by_id[PACK.urgent_question]
    calm = item.option(PACK.urgent_calm)
    assert calm is not None
    assert case_facts(PACK, {"sec.A": [told(item.link_id, calm.answer)]}).urgent == ()
    found = case_facts(PACK, {"sec.A": [told(item.link_id, item.options[0].answer)]})
    assert found.urgent == (item.options[0].display,)
