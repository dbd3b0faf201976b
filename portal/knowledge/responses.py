"""To and from FHIR QuestionnaireResponse. Hidden answers stay in the portal and are left out here."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from portal.knowledge.errors import KnowledgeError
from portal.knowledge.questionnaire import Item, ItemType, Questionnaire
from portal.knowledge.told import Answers, Node, Scope, Told


def to_response(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    authored: datetime | None = None,
    completed: bool = True,
) -> dict[str, Any]:
    """The answers to every enabled question as a QuestionnaireResponse, in the questionnaire's order."""
    told = Told(questionnaire, answers)
    response: dict[str, Any] = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{questionnaire.url}|{questionnaire.version}",
        "status": "completed" if completed else "in-progress",
    }
    if authored is not None:
        response["authored"] = authored.isoformat()
    nodes = [node for section in questionnaire.sections for node in _told(told, section, told.root)]
    if nodes:
        response["item"] = nodes
    return response


def _told(told: Told, item: Item, scope: Scope) -> Iterator[Node]:
    if not told.enabled(item.link_id, scope):
        return
    if item.type.asks:
        answers = told.answers_to(item.link_id, scope)
        if answers:
            yield {"linkId": item.link_id, "text": item.text, "answer": answers}
        return
    inner = scope.entries.get(item.link_id, []) if item.repeats else [scope]
    for entry in inner:
        children = [node for child in item.items for node in _told(told, child, entry)]
        if children:
            yield {"linkId": item.link_id, "text": item.text, "item": children}


def from_response(questionnaire: Questionnaire, response: Mapping[str, Any]) -> dict[str, list[Node]]:
    """Answers by section from a QuestionnaireResponse; raises :class:`KnowledgeError` for unknown items."""
    answers: dict[str, list[Node]] = {}
    for section in response.get("item", ()):
        link_id = str(section.get("linkId"))
        if link_id not in {each.link_id for each in questionnaire.sections}:
            raise KnowledgeError(f"{link_id}: not a section of this questionnaire")
        answers[link_id] = [_stored(questionnaire, node) for node in section.get("item", ())]
    return answers


def _stored(questionnaire: Questionnaire, node: Mapping[str, Any]) -> Node:
    item = questionnaire.by_id.get(str(node.get("linkId")))
    if item is None:
        raise KnowledgeError(f"{node.get('linkId')}: not a question of this questionnaire")
    if item.type is ItemType.GROUP:
        inner = [_stored(questionnaire, child) for child in node.get("item", ())]
        return {"linkId": item.link_id, "item": inner}
    return {"linkId": item.link_id, "answer": [dict(answer) for answer in node.get("answer", ())]}
