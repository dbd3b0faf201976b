"""Stored answers of one section: read and replaced page by page, entry by entry. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.knowledge.conditions import Answer
from portal.knowledge.questionnaire import Item

Node = dict[str, Any]
Given = Mapping[str, Sequence[Answer]]


@dataclass(frozen=True, slots=True)
class Submission:
    """What came back from a page: the questions shown, the answers that can be kept, what was seen before."""

    asked: tuple[str, ...]
    given: Given
    seen: str


def entries(nodes: Sequence[Node], group: Item) -> list[Node]:
    """The entries of a repeating group, in order."""
    return [node for node in nodes if node["linkId"] == group.link_id]


def replaced(holder: Item, nodes: Sequence[Node], given: Given) -> list[Node]:
    """The nodes below ``holder`` with the given questions answered anew, in the questionnaire's order."""
    kept: dict[str, list[Node]] = {}
    for node in nodes:
        if node["linkId"] not in given:
            kept.setdefault(node["linkId"], []).append(node)
    for link_id, answers in given.items():
        if answers:
            kept[link_id] = [{"linkId": link_id, "answer": list(answers)}]
    return [node for item in holder.items for node in kept.get(item.link_id, ())]


def with_entry(section: Item, nodes: Sequence[Node], group: Item, number: int, given: Given) -> list[Node]:
    """The section with entry ``number`` of the group changed, or added when it is the next one."""
    held = entries(nodes, group)
    if number == len(held):
        held.append({"linkId": group.link_id, "item": []})
    inner = replaced(group, held[number].get("item", ()), given)
    held[number] = {"linkId": group.link_id, "item": inner}
    return _with_entries(section, nodes, group, [entry for entry in held if entry["item"]])


def without_entry(section: Item, nodes: Sequence[Node], group: Item, number: int) -> list[Node]:
    """The section without entry ``number`` of the group."""
    held = entries(nodes, group)
    del held[number]
    return _with_entries(section, nodes, group, held)


def _with_entries(section: Item, nodes: Sequence[Node], group: Item, held: Sequence[Node]) -> list[Node]:
    others = [node for node in nodes if node["linkId"] != group.link_id]
    order = {item.link_id: place for place, item in enumerate(section.items)}
    return sorted([*others, *held], key=lambda node: order.get(node["linkId"], len(order)))


def seen(nodes: Sequence[Node], link_ids: Sequence[str]) -> str:
    """A short digest of the answers to these questions, to notice that somebody else changed them."""
    shown = [node for node in nodes if node["linkId"] in link_ids]
    packed = json.dumps(shown, sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(packed).hexdigest()[:16]
