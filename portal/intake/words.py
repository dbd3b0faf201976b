"""The tables of words of intake: problems with an answer, states of a case and of a task."""

from types import MappingProxyType

from flask_babel import gettext as _
from flask_babel import lazy_gettext as later

from portal.cases.models import CaseStatus
from portal.intake.progress import TaskState
from portal.knowledge.checking import Problem, ProblemKind
from portal.knowledge.questionnaire import Item

_PROBLEMS = MappingProxyType(
    {
        ProblemKind.YEAR_MISSING: later("add the year"),
        ProblemKind.MONTH_MISSING: later("add the month"),
        ProblemKind.DAY_MISSING: later("add the day"),
        ProblemKind.NO_SUCH_DATE: later("enter a real date, in numbers"),
        ProblemKind.YEAR_RANGE: later("enter the year in four numbers, like 2023"),
        ProblemKind.FUTURE: later("enter a date that is not in the future"),
        ProblemKind.TOO_LONG: later("use %(detail)s letters or less"),
        ProblemKind.TOO_MANY: later("choose up to %(detail)s"),
        ProblemKind.EXCLUSIVE: later("choose either “%(detail)s” or the others"),
        ProblemKind.NOT_A_NUMBER: later("enter a number"),
        ProblemKind.NOT_WHOLE: later("enter a whole number, like 3"),
        ProblemKind.TOO_SMALL: later("enter %(detail)s or more"),
        ProblemKind.TOO_LARGE: later("enter %(detail)s or less"),
        ProblemKind.ONLY_ONE: later("choose one answer"),
        ProblemKind.NO_SUCH_OPTION: later("choose one of the answers shown"),
    }
)

_STATUSES = MappingProxyType(
    {
        CaseStatus.DRAFT: (later("Not sent yet"), ""),
        CaseStatus.SUBMITTED: (
            later("We have your case"),
            later("A coordinator will look at it and write to you if something is missing."),
        ),
        CaseStatus.TRIAGE: (
            later("We are preparing your case"),
            later("A coordinator checks that everything the expert needs is there."),
        ),
        CaseStatus.WAITING_FOR_PATIENT: (
            later("We need something from you"),
            later("Read the message from the coordinator and answer it."),
        ),
        CaseStatus.READY: (
            later("Your case is complete"),
            later("A coordinator is looking for the right expert."),
        ),
        CaseStatus.OFFERED: (
            later("We are asking an expert"),
            later("An expert is deciding whether to take your case."),
        ),
        CaseStatus.IN_REVIEW: (
            later("An expert is working on it"),
            later("You will get a mail when you can read the opinion."),
        ),
        CaseStatus.WAITING_FOR_ANSWER: (
            later("The expert has a question"),
            later("Read the message and answer it, so that the work can go on."),
        ),
        CaseStatus.SIGNED: (
            later("The opinion is written"),
            later("A coordinator gives it a last look. You will get a mail when you can read it."),
        ),
        CaseStatus.RELEASED: (
            later("Your opinion is here"),
            later("Read it, and talk it over with your own doctor."),
        ),
        CaseStatus.CLOSED: (later("This case is closed"), later("You can still read your opinion here.")),
        CaseStatus.WITHDRAWN: (
            later("You took this case back"),
            later("Nobody works on it any more, and no expert can open it."),
        ),
        CaseStatus.ERASED: (later("This case was erased"), ""),
    }
)

TASK_STATES = MappingProxyType(
    {
        TaskState.NOT_STARTED: later("Not started"),
        TaskState.IN_PROGRESS: later("In progress"),
        TaskState.DONE: later("Done"),
    }
)


def problem_words(item: Item, problem: Problem) -> str:
    """What to do about an answer that cannot be used, with its question in front."""
    detail = f"{int(problem.detail):,}" if problem.detail.isdigit() else problem.detail
    advice = str(_PROBLEMS[problem.kind]).replace("%(detail)s", detail)
    return str(_("%(question)s: %(advice)s", question=item.text.rstrip("?. "), advice=advice))


def status_words(status: CaseStatus) -> tuple[str, str]:
    """Where a case stands, and what happens next, for its patient."""
    headline, what_next = _STATUSES[status]
    return str(headline), str(what_next)
