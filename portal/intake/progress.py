"""How far a patient has come, task by task; worked out once for each state of the answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.intake.recent import Recent
from portal.knowledge.facts import urgent_answers
from portal.knowledge.pack import Pack
from portal.knowledge.told import Answers, Told

REMEMBERED = 1024


class TaskState(StrEnum):
    """How far one task is."""

    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of each task by its key; whether something told should not wait."""

    tasks: Mapping[str, TaskState]
    urgent: bool

    @property
    def done(self) -> int:
        """How many tasks are done."""
        return sum(state is TaskState.DONE for state in self.tasks.values())


_recent: Recent[Progress] = Recent(REMEMBERED)


def progress(pack: Pack, case_id: str, versions: Mapping[str, int], load: Callable[[], Answers]) -> Progress:
    """The progress of a case; ``load`` is called only when these versions were not seen lately."""
    key = (case_id, pack.id, pack.version, *sorted(versions.items()))
    return _recent.get(key, lambda: work_out(pack, Told(pack.questionnaire, load())))


def work_out(pack: Pack, told: Told) -> Progress:
    """The progress that follows from what was told."""
    states: dict[str, TaskState] = {}
    for task in pack.tasks:
        if not any(told.answered_in(section) for section in task.sections):
            states[task.key] = TaskState.NOT_STARTED
        elif any(told.missing_in(section) for section in task.sections):
            states[task.key] = TaskState.IN_PROGRESS
        else:
            states[task.key] = TaskState.DONE
    return Progress(states, bool(urgent_answers(pack, told)))
