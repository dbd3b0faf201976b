"""Small made-up questionnaires."""

from typing import Any

from portal.knowledge.parsing import parse
from portal.knowledge.questionnaire import Item, Questionnaire

SYSTEM = "urn:test"
Json = dict[str, Any]


def coding(code: str) -> Json:
    """A coding of the test system."""
    return {"system": SYSTEM, "code": code, "display": code.title()}


def options(*codes: str) -> list[Json]:
    """Answer options."""
    return [{"valueCoding": coding(code)} for code in codes]


def choice(link_id: str, *codes: str, **more: Any) -> Json:
    """A choice item."""
    answers = options(*(codes or ("yes", "no", "dk")))
    return {"linkId": link_id, "type": "choice", "text": link_id, "answerOption": answers, **more}


def item(link_id: str, kind: str, **more: Any) -> Json:
    """An item of any type."""
    return {"linkId": link_id, "type": kind, "text": link_id, **more}


def when(question: str, operator: str, **answer: Any) -> Json:
    """A condition; ``code=`` is short for a coding of the test system."""
    if "code" in answer:
        answer = {"answerCoding": {"system": SYSTEM, "code": answer["code"]}}
    return {"question": question, "operator": operator, **answer}


def group(link_id: str, *items: Json, **more: Any) -> Json:
    """A group."""
    return {"linkId": link_id, "type": "group", "text": link_id, "item": list(items), **more}


def questionnaire(*items: Json, sections: tuple[Json, ...] = ()) -> Questionnaire:
    """A questionnaire with one section ``s``, or the given ones."""
    nodes = list(sections) or [group("s", *items)]
    return parse({"resourceType": "Questionnaire", "url": "urn:q", "version": "1", "item": nodes})


def one(node: Json) -> Item:
    """A single parsed item."""
    return questionnaire(node).by_id[node["linkId"]]


def told(link_id: str, *answers: Json) -> Json:
    """An answered node."""
    return {"linkId": link_id, "answer": list(answers)}


def chose(link_id: str, *codes: str) -> Json:
    """A node that chose options."""
    return told(link_id, *({"valueCoding": coding(code)} for code in codes))
