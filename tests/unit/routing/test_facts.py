"""What a reviewer learns before accepting."""

from datetime import date
from typing import Any

import pytest

from portal.core.clock import now
from portal.documents.models import Document, DocumentKind
from portal.knowledge import loader
from portal.knowledge.pack import Pack
from portal.routing import facts

TODAY = date(2026, 3, 1)
PACK = loader.pack()


def coding(pack: Pack, link_id: str, code: str) -> dict[str, Any]:
    option = pack.questionnaire.by_id[link_id].option(code)
    assert option is not None
    return option.answer


def document(kind: DocumentKind, pages: int) -> Document:
    return Document(case_id="c", kind=kind.value, page_count=pages, started_at=now(), created_at=now())


@pytest.mark.parametrize(
    ("born", "band"),
    [("1970-03-01", 50), ("1966-03-02", 50), ("1966-03-01", 60), ("1931-01-01", 90), ("1920-01-01", 90)],
)
def test_age_is_a_band_of_ten_years(born: str, band: int) -> None:
    history = {"sec.A": [{"linkId": "a.dob", "answer": [{"valueDate": born}]}]}

    assert facts.gather(PACK, history, [], TODAY).age_from == band


def test_questions_documents_and_dates_are_counted_and_nothing_is_copied() -> None:
    history = {
        "sec.A": [
            {"linkId": "a.name", "answer": [{"valueString": "Canary Name"}]},
            {"linkId": "a.country", "answer": [coding(PACK, "a.country", "US")]},
            {"linkId": "a.state", "answer": [coding(PACK, "a.state", "OH")]},
            {"linkId": "a.hospital", "answer": [{"valueString": "Canary Hospital"}]},
            {"linkId": "a.deadline", "answer": [{"valueDate": "2026-04-02"}]},
        ],
        "sec.L": [
            {"linkId": "l.q", "answer": [{"valueString": "one"}, {"valueString": "two"}]},
            {"linkId": "l.starters", "answer": [coding(PACK, "l.starters", "trial")]},
        ],
    }
    documents = [
        document(DocumentKind.IMAGING, 2),
        document(DocumentKind.PATHOLOGY, 3),
        document(DocumentKind.IMAGING, 1),
    ]

    found = facts.gather(PACK, history, documents, TODAY)

    assert found.questions == 3
    assert found.decide_by == "April 2, 2026"
    assert found.documents == ((DocumentKind.PATHOLOGY, 1, 3), (DocumentKind.IMAGING, 2, 3))
    assert found.states == ("OH",)
    assert "Canary" not in repr(found)


def test_what_is_not_known_stays_unknown() -> None:
    history = {"sec.A": [{"linkId": "a.dob", "answer": [{"valueDate": "1970"}]}]}

    assert facts.gather(PACK, history, [], TODAY) == facts.Facts(
        age_from=None, states=(), decide_by="", questions=0, documents=()
    )
