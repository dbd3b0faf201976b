"""The few answers the portal itself uses, looked up by the roles a pack gives to its questions."""

from dataclasses import dataclass

from portal.knowledge.conditions import Answer
from portal.knowledge.pack import Pack
from portal.knowledge.told import Answers, Told
from portal.knowledge.wording import words_of


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What routing and the desks compare.

    ``place`` is the two-letter code of a state, or the words for a place elsewhere; ``place_words`` is
    how it reads.
    """

    name: str
    place: str
    place_words: str
    institution: str
    deadline: str
    urgent: tuple[str, ...]


def case_facts(pack: Pack, answers: Answers) -> CaseFacts:
    """The facts told so far; empty where nothing was told."""
    told = Told(pack.questionnaire, answers)
    state = _first(told, pack.facts.state)
    elsewhere = _words(told, pack.facts.elsewhere)
    return CaseFacts(
        name=_words(told, pack.facts.name),
        place=state["valueCoding"]["code"] if state else elsewhere,
        place_words=_words(told, pack.facts.state) or elsewhere,
        institution=_words(told, pack.facts.institution),
        deadline=_words(told, pack.facts.deadline),
        urgent=urgent_answers(pack, told),
    )


def urgent_answers(pack: Pack, told: Told) -> tuple[str, ...]:
    """What was ticked that should not wait for a second opinion, in the patient's words."""
    item = pack.questionnaire.by_id[pack.urgent_question]
    return tuple(
        words_of(item, answer)
        for answer in told.answers_to(item.link_id)
        if answer.get("valueCoding", {}).get("code") != pack.urgent_calm
    )


def _first(told: Told, link_id: str) -> Answer | None:
    answers = told.answers_to(link_id) if told.enabled(link_id) else []
    return answers[0] if answers else None


def _words(told: Told, link_id: str) -> str:
    answer = _first(told, link_id)
    return words_of(told.questionnaire.by_id[link_id], answer) if answer else ""
