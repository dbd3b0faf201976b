"""What was told on a questionnaire: which items are enabled, what is answered, what is missing.

Answers are kept as FHIR QuestionnaireResponse items, section by section, hidden ones included. A condition
looks at the nearest occurrence of its question: inside a repeating group first in the same entry, then
outwards; from outside, a question of a repeating group counts with the answers of all entries. A hidden
question counts as unanswered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.knowledge.conditions import Answer, holds
from portal.knowledge.questionnaire import Condition, Item, ItemType, Questionnaire

Node = dict[str, Any]
Answers = Mapping[str, Sequence[Node]]


@dataclass(slots=True)
class Scope:
    """The answers of the whole form, or of one entry of a repeating group."""

    group: str = ""
    parent: "Scope | None" = None
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    entries: dict[str, list["Scope"]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Missing:
    """A required question without an answer; ``entry`` counts the entries of its repeating group from 0."""

    item: Item
    entry: int | None = None


class Told:
    """The answers to one questionnaire, indexed once and asked many times."""

    def __init__(self, questionnaire: Questionnaire, answers: Answers) -> None:
        self.questionnaire = questionnaire
        self.root = Scope()
        for section in questionnaire.sections:
            self._read(self.root, answers.get(section.link_id, ()))
        self._known: dict[tuple[str, int], bool] = {}

    def _read(self, scope: Scope, nodes: Sequence[Node]) -> None:
        for node in nodes:
            item = self.questionnaire.by_id.get(str(node.get("linkId")))
            if item is None:
                continue
            if item.type is not ItemType.GROUP:
                if node.get("answer"):
                    scope.answers.setdefault(item.link_id, []).extend(node["answer"])
            elif item.repeats:
                entry = Scope(group=item.link_id, parent=scope)
                scope.entries.setdefault(item.link_id, []).append(entry)
                self._read(entry, node.get("item", ()))
            else:
                self._read(scope, node.get("item", ()))

    def answers_to(self, link_id: str, scope: Scope | None = None) -> list[Answer]:
        """The stored answers to a question, hidden or not."""
        return (scope or self.root).answers.get(link_id, [])

    def entries_of(self, group: str) -> list[Scope]:
        """The entries of a repeating group that stands outside other ones."""
        return self.root.entries.get(group, [])

    def enabled(self, link_id: str, scope: Scope | None = None) -> bool:
        """Whether an item is asked, given everything told."""
        scope = scope or self.root
        key = (link_id, id(scope))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._decide(self.questionnaire.by_id[link_id], scope)
        return known

    def _decide(self, item: Item, scope: Scope) -> bool:
        parent = self.questionnaire.parents.get(item.link_id)
        if parent is not None:
            above = scope.parent if parent == scope.group and scope.parent else scope
            if not self.enabled(parent, above):
                return False
        if not item.conditions:
            return True
        return self.meets(item.conditions, any_of_them=item.any_condition, scope=scope)

    def meets(
        self, conditions: Sequence[Condition], *, any_of_them: bool = False, scope: Scope | None = None
    ) -> bool:
        """Whether all (or any) of the conditions hold."""
        results = (holds(each, self._nearest(each.question, scope or self.root)) for each in conditions)
        return any(results) if any_of_them else all(results)

    def _nearest(self, question: str, scope: Scope) -> list[Answer]:
        home = self.questionnaire.entry_of.get(question, "")
        place: Scope | None = scope
        while place is not None:
            if place.group == home:
                return self.answers_to(question, place) if self.enabled(question, place) else []
            place = place.parent
        return [
            answer
            for entry in self._all_entries(self.root)
            if entry.group == home and self.enabled(question, entry)
            for answer in self.answers_to(question, entry)
        ]

    def _all_entries(self, scope: Scope) -> Iterator[Scope]:
        for entries in scope.entries.values():
            for entry in entries:
                yield entry
                yield from self._all_entries(entry)

    def missing_in(self, section: str) -> list[Missing]:
        """Required, enabled questions of a section that have no answer; entries that exist count in full."""
        return list(self._missing(self.questionnaire.by_id[section], self.root, None))

    def missing(self) -> list[Missing]:
        """The same for all sections, in order."""
        return [each for section in self.questionnaire.sections for each in self.missing_in(section.link_id)]

    def _missing(self, item: Item, scope: Scope, entry: int | None) -> Iterator[Missing]:
        if not self.enabled(item.link_id, scope):
            return
        repeating = item.type is ItemType.GROUP and item.repeats
        entries = scope.entries.get(item.link_id, [])
        if item.required and not (entries or item.link_id in scope.answers):
            yield Missing(item, entry)
        for number, place in list(enumerate(entries)) if repeating else [(entry, scope)]:
            for child in item.items:
                yield from self._missing(child, place, number)

    def answered_in(self, section: str) -> int:
        """How many enabled questions of a section have an answer; an entry counts as one."""
        return sum(
            bool(self.root.answers.get(item.link_id) or self.root.entries.get(item.link_id))
            for item in self.questionnaire.by_id[section].walk()
            if item.link_id not in self.questionnaire.entry_of and self.enabled(item.link_id)
        )


def enabled(questionnaire: Questionnaire, answers: Answers) -> frozenset[str]:
    """Link ids of the items outside repeating groups that are asked, given the answers."""
    told = Told(questionnaire, answers)
    return frozenset(
        item.link_id
        for item in questionnaire.walk()
        if item.link_id not in questionnaire.entry_of and told.enabled(item.link_id)
    )


def missing_required(questionnaire: Questionnaire, answers: Answers) -> list[Missing]:
    """Required questions that are asked and have no answer."""
    return Told(questionnaire, answers).missing()
