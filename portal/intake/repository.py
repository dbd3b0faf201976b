"""Queries of intake."""

from dataclasses import dataclass, field

from sqlalchemy import BindParameter, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from portal.cases.models import HistoryAnswer
from portal.documents.models import Document, DocumentState
from portal.intake.models import Consent


@dataclass(slots=True)
class Standing:
    """What the task list stands on: agreements given, versions of the answers, files that arrived."""

    consents: set[tuple[str, str]] = field(default_factory=set)
    versions: dict[str, int] = field(default_factory=dict)
    reports: int = 0


_CASE: BindParameter[str] = bindparam("case")
# One statement, built once: the task list is the page opened most, and building costs more than running.
_STANDING = union_all(
    select(literal("consent"), Consent.key, Consent.version, literal(0)).where(Consent.case_id == _CASE),
    select(literal("answers"), HistoryAnswer.section, literal(""), HistoryAnswer.version).where(
        HistoryAnswer.case_id == _CASE
    ),
    select(literal("reports"), literal(""), literal(""), func.count(Document.id)).where(
        Document.case_id == _CASE, Document.state != DocumentState.UPLOADING.value
    ),
)


def standing(session: Session, case_id: str) -> Standing:
    """Everything the task list shows beside the case itself."""
    found = Standing()
    for kind, name, text, number in session.execute(_STANDING, {"case": case_id}):
        if kind == "consent":
            found.consents.add((name, text))
        elif kind == "answers":
            found.versions[name] = number
        else:
            found.reports = number
    return found
