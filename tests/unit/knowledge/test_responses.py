"""Answers as a FHIR QuestionnaireResponse: hidden ones stay out, everything else comes back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.knowledge import loader
from portal.knowledge.checking import validate
from portal.knowledge.errors import KnowledgeError
from portal.knowledge.questionnaire import Item, ItemType
from portal.knowledge.responses import from_response, to_response
from portal.knowledge.told import Node, Told, missing_required
from tests.unit.knowledge.samples import choice, chose, item, questionnaire, told, when

PACK = loader.pack()


def _typed(item: Item) -> st.SearchStrategy[list[str]]:
    match item.type:
        case ItemType.CHOICE | ItemType.OPEN_CHOICE:
            return st.sampled_from([[option.code] for option in item.options])
        case ItemType.DATE:
            return st.just(["2020-03-05" if item.day_required else "2020-03"])
        case ItemType.INTEGER:
            return st.just(["3"])
    return st.text(min_size=1, max_size=8).map(lambda text: [text])


@st.composite
def _nodes(draw: st.DrawFn, items: tuple[Item, ...]) -> list[Node]:
    nodes: list[Node] = []
    for each in items:
        if each.type is ItemType.DISPLAY or draw(st.booleans()):
            continue
        if each.items:
            for _ in range(draw(st.integers(1, 2))):
                inner = draw(_nodes(each.items))
                if inner:
                    nodes.append({"linkId": each.link_id, "item": inner})
            continue
        raw = draw(_typed(each))
        answers = validate(each, raw[0] if each.type is ItemType.DATE else raw).answers
        if answers:
            nodes.append({"linkId": each.link_id, "answer": list(answers)})
    return nodes


@st.composite
def answer_sets(draw: st.DrawFn) -> dict[str, list[Node]]:
    """Random answers to the whole pack, hidden questions included."""
    return {section.link_id: draw(_nodes(section.items)) for section in PACK.questionnaire.sections}


@given(answer_sets())
def test_a_response_holds_exactly_what_is_asked_and_answered(answers: dict[str, list[Node]]) -> None:
    form = PACK.questionnaire
    response = to_response(form, answers)
    exported = from_response(form, response)
    again = Told(form, exported)
    before = Told(form, answers)
    for each in form.walk():
        if each.link_id in form.entry_of or not each.type.asks:
            continue
        expected = before.answers_to(each.link_id) if before.enabled(each.link_id) else []
        assert again.answers_to(each.link_id) == expected
        assert again.enabled(each.link_id) == before.enabled(each.link_id)
    assert missing_required(form, exported) == missing_required(form, answers)
    assert to_response(form, exported) == response


def test_a_hidden_answer_is_left_out_and_comes_back() -> None:
    form = questionnaire(choice("a"), item("b", "text", enableWhen=[when("a", "=", code="yes")]))
    kept = told("b", {"valueString": "kept"})
    hidden = to_response(form, {"s": [chose("a", "no"), kept]})
    shown = to_response(form, {"s": [chose("a", "yes"), kept]})
    assert [node["linkId"] for node in hidden["item"][0]["item"]] == ["a"]
    assert [node["linkId"] for node in shown["item"][0]["item"]] == ["a", "b"]


def test_an_unknown_item_is_refused() -> None:
    form = questionnaire(choice("a"))
    with pytest.raises(KnowledgeError):
        from_response(form, {"item": [{"linkId": "elsewhere"}]})
    with pytest.raises(KnowledgeError):
        from_response(form, {"item": [{"linkId": "s", "item": [{"linkId": "b"}]}]})


def test_the_response_is_valid_fhir() -> None:
    from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse  # noqa: PLC0415

    answers = {"sec.A": [told("a.name", {"valueString": "Ann"})]}
    QuestionnaireResponse.model_validate(to_response(PACK.questionnaire, answers))
