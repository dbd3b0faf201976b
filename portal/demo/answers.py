"""The answers of a demo patient, checked by the same engine as anybody's."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from portal.knowledge.checking import validate
from portal.knowledge.pack import Pack
from portal.knowledge.questionnaire import Item

DATA = Path(__file__).with_name("data") / "answers.json"
Node = dict[str, Any]


def demo_answers(pack: Pack, name: str) -> dict[str, list[Node]]:
    """Section link id to its answered items, for a patient of this name."""
    told = json.loads(
        DATA.read_text(encoding="utf-8").replace("{name}", name).replace("{first}", name.split(maxsplit=1)[0])
    )
    return {section.link_id: list(_nodes(section.items, told)) for section in pack.questionnaire.sections}


def _nodes(items: tuple[Item, ...], told: Mapping[str, Any]) -> Iterator[Node]:
    for item in items:
        if item.link_id not in told:
            continue
        value = told[item.link_id]
        if item.items:
            yield from ({"linkId": item.link_id, "item": list(_nodes(item.items, entry))} for entry in value)
            continue
        checked = validate(item, [str(each) for each in value] if isinstance(value, list) else str(value))
        if checked.problem:
            raise ValueError(f"{item.link_id}: {checked.problem.kind}")
        yield {"linkId": item.link_id, "answer": list(checked.answers)}
