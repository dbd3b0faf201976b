"""Reads a FHIR R4 Questionnaire resource and refuses what the portal could not ask correctly."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from portal.knowledge.errors import KnowledgeError
from portal.knowledge.questionnaire import (
    MAX_LENGTH,
    Coding,
    Condition,
    Item,
    ItemType,
    Operator,
    Option,
    Precision,
    Questionnaire,
    Value,
)

FHIR = "http://hl7.org/fhir/StructureDefinition/"
ENTRY_FORMAT = FHIR + "entryFormat"
MIN_VALUE = FHIR + "minValue"
MAX_VALUE = FHIR + "maxValue"
MAX_OCCURS = FHIR + "questionnaire-maxOccurs"
EXCLUSIVE = FHIR + "questionnaire-optionExclusive"
EXPRESSION = FHIR + "cqf-expression"
ABSENT = "urn:second-opinion-portal:StructureDefinition/absent-answers"
ABSENT_REASONS = frozenset({"asked-unknown", "asked-declined"})
Json = Mapping[str, Any]


def parse(resource: Json) -> Questionnaire:
    """The questionnaire in ``resource``; raises :class:`KnowledgeError` naming the item that is wrong."""
    if resource.get("resourceType") != "Questionnaire":
        raise KnowledgeError("this is not a FHIR Questionnaire")
    sections = tuple(_item(node) for node in resource.get("item", ()))
    by_id: dict[str, Item] = {}
    parents: dict[str, str] = {}
    entry_of: dict[str, str] = {}
    for item, parent, entry in _placed(sections):
        if item.link_id in by_id:
            raise KnowledgeError(f"{item.link_id}: this link id occurs twice")
        by_id[item.link_id] = item
        if parent:
            parents[item.link_id] = parent
        if entry:
            entry_of[item.link_id] = entry
    questionnaire = Questionnaire(
        url=str(resource.get("url", "")),
        version=str(resource.get("version", "")),
        title=str(resource.get("title", "")),
        sections=sections,
        by_id=by_id,
        parents=parents,
        entry_of=entry_of,
    )
    for item in by_id.values():
        _check_conditions(questionnaire, item)
    _check_no_circle(questionnaire)
    return questionnaire


def _placed(items: tuple[Item, ...], parent: str = "", entry: str = "") -> Iterator[tuple[Item, str, str]]:
    for item in items:
        yield item, parent, entry
        inside = item.link_id if item.type is ItemType.GROUP and item.repeats else entry
        yield from _placed(item.items, item.link_id, inside)


def _item(node: Json) -> Item:
    link_id = str(node.get("linkId", ""))
    if not link_id:
        raise KnowledgeError(f"an item without a link id: {node.get('text', '')!r}")
    try:
        kind = ItemType(node.get("type", ""))
    except ValueError as error:
        raise KnowledgeError(f"{link_id}: items of type {node.get('type')!r} are not asked here") from error
    children = tuple(_item(child) for child in node.get("item", ()))
    options = tuple(_option(link_id, option) for option in node.get("answerOption", ()))
    if kind is ItemType.CHOICE and not options:
        raise KnowledgeError(f"{link_id}: a choice needs options")
    if children and kind is not ItemType.GROUP:
        raise KnowledgeError(f"{link_id}: only groups hold items here")
    behavior = node.get("enableBehavior")
    conditions = tuple(condition_of(link_id, condition) for condition in node.get("enableWhen", ()))
    if len(conditions) > 1 and behavior not in {"any", "all"}:
        raise KnowledgeError(f"{link_id}: several conditions need enableBehavior any or all")
    return Item(
        link_id=link_id,
        type=kind,
        text=str(node.get("text", "")),
        required=bool(node.get("required", False)),
        repeats=bool(node.get("repeats", False)),
        options=options,
        conditions=conditions,
        any_condition=behavior == "any",
        items=children,
        max_length=min(int(node.get("maxLength", MAX_LENGTH)), MAX_LENGTH),
        **_limits(link_id, kind, node),
    )


def _limits(link_id: str, kind: ItemType, node: Json) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for extension in node.get("extension", ()):
        url = extension.get("url")
        if url == ENTRY_FORMAT and kind is ItemType.DATE:
            found["precision"] = Precision.DAY if "DD" in extension["valueString"] else Precision.MONTH
            found["day_required"] = "DD" in extension["valueString"]
        elif url in {MIN_VALUE, MAX_VALUE}:
            found |= _bound(link_id, "minimum" if url == MIN_VALUE else "maximum", extension)
        elif url == MAX_OCCURS:
            found["most"] = int(extension["valueInteger"])
        elif url == ABSENT:
            reason = extension["valueCode"]
            if reason not in ABSENT_REASONS:
                raise KnowledgeError(f"{link_id}: {reason!r} is not a reason for a missing answer")
            found["absent"] = (*found.get("absent", ()), reason)
    return found


def _bound(link_id: str, name: str, extension: Json) -> dict[str, Any]:
    if "valueInteger" in extension or "valueDecimal" in extension:
        return {name: Decimal(str(extension.get("valueInteger", extension.get("valueDecimal"))))}
    if "valueDate" in extension:
        return {name: date.fromisoformat(extension["valueDate"])}
    inner = extension.get("_valueDate", {}).get("extension", ())
    words = [part["valueExpression"]["expression"] for part in inner if part.get("url") == EXPRESSION]
    if name == "maximum" and words == ["today()"]:
        return {"not_future": True}
    raise KnowledgeError(f"{link_id}: this {name} cannot be understood")


def _option(link_id: str, node: Json) -> Option:
    coding = node.get("valueCoding")
    if not coding or not coding.get("code"):
        raise KnowledgeError(f"{link_id}: an option needs a valueCoding with a code")
    exclusive = any(
        extension.get("url") == EXCLUSIVE and extension.get("valueBoolean")
        for extension in node.get("extension", ())
    )
    code = str(coding["code"])
    return Option(code, str(coding.get("display", code)), coding.get("system"), exclusive)


def condition_of(link_id: str, node: Json) -> Condition:
    """One ``enableWhen``; also used by other data that speaks in the same words."""
    try:
        operator = Operator(node["operator"])
        question = str(node["question"])
    except (KeyError, ValueError) as error:
        raise KnowledgeError(f"{link_id}: a condition needs a question and an operator of FHIR R4") from error
    keys = [key for key in node if key.startswith("answer")]
    if len(keys) != 1:
        raise KnowledgeError(f"{link_id}: the condition on {question} needs one answer")
    return Condition(question, operator, _answer(link_id, keys[0], node[keys[0]]))


def _answer(link_id: str, key: str, value: Any) -> Value:
    match key:
        case "answerCoding":
            return Coding(str(value["code"]), value.get("system"))
        case "answer":
            return Coding(str(value))
        case "answerBoolean":
            return bool(value)
        case "answerInteger" | "answerDecimal":
            return Decimal(str(value))
        case "answerDate" | "answerString":
            return str(value)
    raise KnowledgeError(f"{link_id}: {key} is not understood")


def _check_conditions(questionnaire: Questionnaire, item: Item) -> None:
    for condition in item.conditions:
        question = questionnaire.by_id.get(condition.question)
        if question is None or not question.type.asks:
            raise KnowledgeError(
                f"{item.link_id}: hangs on {condition.question}, which is not a question here"
            )
        if condition.operator is Operator.EXISTS:
            if not isinstance(condition.answer, bool):
                raise KnowledgeError(f"{item.link_id}: exists is answered with true or false")
        elif question.type is ItemType.CHOICE and not _is_option(question, condition.answer):
            raise KnowledgeError(f"{item.link_id}: {condition.question} has no option {condition.answer}")


def _is_option(question: Item, value: Value) -> bool:
    return isinstance(value, Coding) and any(
        value.matches(Coding(option.code, option.system)) for option in question.options
    )


def _check_no_circle(questionnaire: Questionnaire) -> None:
    done: set[str] = set()

    def visit(link_id: str, above: tuple[str, ...]) -> None:
        if link_id in above:
            raise KnowledgeError(f"{link_id}: hangs on itself through {' → '.join(above)}")
        if link_id in done:
            return
        item = questionnaire.by_id[link_id]
        needs = [condition.question for condition in item.conditions]
        if link_id in questionnaire.parents:
            needs.append(questionnaire.parents[link_id])
        for needed in needs:
            visit(needed, (*above, link_id))
        done.add(link_id)

    for link_id in questionnaire.by_id:
        visit(link_id, ())
