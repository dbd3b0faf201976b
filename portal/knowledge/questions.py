"""The patient's numbered questions: what the opinion answers, one by one."""

from portal.knowledge.pack import Pack
from portal.knowledge.told import Answers, Told
from portal.knowledge.wording import words_of


def numbered_questions(pack: Pack, answers: Answers) -> list[str]:
    """The questions in order, number 1 first. Which answers hold them is data of the pack."""
    told = Told(pack.questionnaire, answers)
    return [
        words_of(pack.questionnaire.by_id[link_id], answer)
        for link_id in pack.asked
        if told.enabled(link_id)
        for answer in told.answers_to(link_id)
    ]
