"""What a reviewer learns before accepting."""

from datetime import date

import pytest

from portal.core.clock import now
from portal.documents.models import Document, DocumentKind
from portal.routing import facts

TODAY = date(2026, 3, 1)


def document(kind: DocumentKind, pages: int) -> Document:
    return Document(case_id="c", kind=kind.value, page_count=pages, started_at=now(), created_at=now())


@pytest.mark.parametrize(
    ("born", "band"),
    [("1970-03-01", 50), ("1966-03-02", 50), ("1966-03-01", 60), ("1931-01-01", 90), ("1920-01-01", 90)],
)
def test_age_is_a_band_of_ten_years(born: str, band: int) -> None:
    history = {"sec.A": [{"linkId": "a.dob", "answer": [{"valueDate": born}]}]}

    assert facts.gather(history, [], None, TODAY).age_from == band


def test_questions_documents_and_dates_are_counted_and_nothing_is_copied() -> None:
    history = {
        "sec.A": [
            {"linkId": "a.name", "answer": [{"valueString": "Canary Name"}]},
            {
                "linkId": "a.group",
                "item": [{"linkId": "a.deadline", "answer": [{"valueDate": "2026-04-02"}]}],
            },
        ],
        "sec.L": [
            {"linkId": "l.q", "answer": [{"valueString": "one"}, {"valueString": "two"}]},
            {"linkId": "l.starters", "answer": [{"valueCoding": {"code": "trial"}}]},
        ],
    }
    documents = [
        document(DocumentKind.IMAGING, 2),
        document(DocumentKind.PATHOLOGY, 3),
        document(DocumentKind.IMAGING, 1),
    ]

    found = facts.gather(history, documents, "Canary Street 5, Ohio", TODAY)

    assert found.questions == 3
    assert found.decide_by == date(2026, 4, 2)
    assert found.documents == ((DocumentKind.PATHOLOGY, 1, 3), (DocumentKind.IMAGING, 2, 3))
    assert found.states == ("OH",)
    assert "Canary" not in repr(found)


def test_what_is_not_known_stays_unknown() -> None:
    history = {"sec.A": [{"linkId": "a.dob", "answer": [{"valueDate": "1970"}]}]}

    assert facts.gather(history, [], None, TODAY) == facts.Facts(
        age_from=None, states=(), decide_by=None, questions=0, documents=()
    )
