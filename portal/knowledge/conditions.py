"""How ``enableWhen`` compares answers. Pure; every choice FHIR leaves open is made and named here.

- A question without an answer makes ``exists = false`` and ``!=`` true and every other operator false.
- A question with several answers meets ``=`` when one of them does, and ``!=`` when none equals.
- Dates of different precision are never equal; they are ordered only as far as the coarser one tells.
- "I don't know" given instead of a value is an answer (``exists``), and equals nothing.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from portal.knowledge.questionnaire import Coding, Condition, Operator, Value

Answer = dict[str, Any]


def value_of(answer: Answer) -> Value | None:
    """The value of a FHIR answer, or ``None`` when only a reason for its absence was given."""
    for key, value in answer.items():
        match key:
            case "valueCoding":
                return Coding(str(value.get("code", "")), value.get("system"))
            case "valueBoolean":
                return bool(value)
            case "valueInteger" | "valueDecimal":
                return Decimal(str(value))
            case "valueString" | "valueDate":
                return str(value)
    return None


def holds(condition: Condition, answers: Sequence[Answer]) -> bool:
    """Whether the answers to the condition's question meet it."""
    if condition.operator is Operator.EXISTS:
        return bool(answers) is condition.answer
    values = [value for value in map(value_of, answers) if value is not None]
    if condition.operator is Operator.NOT_EQUAL:
        return not any(equal(value, condition.answer) for value in values)
    if condition.operator is Operator.EQUAL:
        return any(equal(value, condition.answer) for value in values)
    return any(_ordered(condition.operator, value, condition.answer) for value in values)


def equal(left: Value, right: Value) -> bool:
    """Whether two values are the same; different kinds never are."""
    if isinstance(left, Coding) and isinstance(right, Coding):
        return left.matches(right)
    return type(left) is type(right) and left == right


def _ordered(operator: Operator, left: Value, right: Value) -> bool:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _compare(operator, (left > right) - (left < right))
    if isinstance(left, str) and isinstance(right, str):
        shared = min(len(left), len(right))
        order = (left[:shared] > right[:shared]) - (left[:shared] < right[:shared])
        return (order != 0 or len(left) == len(right)) and _compare(operator, order)
    return False


def _compare(operator: Operator, order: int) -> bool:
    match operator:
        case Operator.GREATER:
            return order > 0
        case Operator.LESS:
            return order < 0
        case Operator.GREATER_OR_EQUAL:
            return order >= 0
        case _:
            return order <= 0
