"""A questionnaire that could not be asked correctly is refused, and the error names the item."""

import pytest

from portal.knowledge.errors import KnowledgeError
from portal.knowledge.parsing import parse
from tests.unit.knowledge.samples import choice, group, item, questionnaire, when

WRONG = [
    (item("q", "attachment"), "q: items of type"),
    (item("", "text"), "without a link id"),
    (item("q", "choice"), "q: a choice needs options"),
    (choice("q", enableWhen=[when("nowhere", "exists", answerBoolean=True)]), "q: hangs on nowhere"),
    (choice("q", enableWhen=[when("q", "=", code="yes")]), "q: hangs on itself"),
    (choice("q", enableWhen=[{"question": "q", "operator": "~"}]), "q: a condition needs"),
    (choice("q", enableWhen=[{"question": "q", "operator": "="}]), "needs one answer"),
    (item("q", "text", item=[item("r", "text")]), "only groups hold items"),
    (item("q", "choice", answerOption=[{"valueString": "x"}]), "needs a valueCoding"),
]


@pytest.mark.parametrize(("node", "words"), WRONG)
def test_what_is_wrong_is_named(node: dict[str, object], words: str) -> None:
    with pytest.raises(KnowledgeError, match=words):
        questionnaire(node)


def test_an_option_that_does_not_exist_cannot_be_waited_for() -> None:
    with pytest.raises(KnowledgeError, match="a has no option"):
        questionnaire(choice("a"), item("b", "text", enableWhen=[when("a", "=", code="maybe")]))


def test_several_conditions_need_any_or_all() -> None:
    conditions = [when("a", "=", code="yes"), when("a", "=", code="no")]
    with pytest.raises(KnowledgeError, match="any or all"):
        questionnaire(choice("a"), item("b", "text", enableWhen=conditions))


def test_a_circle_of_conditions_is_found() -> None:
    with pytest.raises(KnowledgeError, match="hangs on itself through"):
        questionnaire(
            choice("a", enableWhen=[when("b", "=", code="yes")]),
            choice("b", enableWhen=[when("a", "=", code="yes")]),
        )


def test_a_link_id_occurs_once() -> None:
    with pytest.raises(KnowledgeError, match="occurs twice"):
        questionnaire(item("a", "text"), group("g", item("a", "text")))


def test_only_a_questionnaire_is_read() -> None:
    with pytest.raises(KnowledgeError):
        parse({"resourceType": "Patient"})


def test_exists_is_compared_with_true_or_false() -> None:
    with pytest.raises(KnowledgeError, match="true or false"):
        questionnaire(choice("a"), item("b", "text", enableWhen=[when("a", "exists", answerInteger=1)]))
