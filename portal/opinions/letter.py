"""The signed opinion as an accessible PDF."""

from datetime import datetime
from typing import Any

from portal.opinions.models import Opinion
from portal.packages import pdf
from portal.packages.answers import written_date
from portal.packages.synopsis import Synopsis

ADVICE = (
    "This is advice from one specialist who read the records listed in your case and did not examine you. "
    "Please talk it over with your own doctor before you change anything."
)


def pdf_data(reference: str, synopsis: Synopsis, opinion: Opinion, *, at: datetime) -> dict[str, Any]:
    """Everything the template shows."""
    signature = opinion.signature or {}
    return {
        "title": f"Second opinion {reference}",
        "author": signature.get("name", ""),
        "foot": f"{reference}. Confidential: health information.",
        "patient": synopsis.name,
        "born": synopsis.birth_date,
        "signed": written_date(at.date().isoformat()),
        "reviewer": signature.get("name", ""),
        "place": ", ".join(
            part for part in (signature.get("subspecialty"), signature.get("institution")) if part
        ),
        "advice": ADVICE,
        "summary": opinion.summary or "",
        "answers": [
            {"number": each["number"], "question": each["question"], "answer": each["answer"]}
            for each in opinion.answers or []
        ],
        "assessment": opinion.assessment or "",
        "limits": opinion.limits or "",
    }


def pdf_of(reference: str, synopsis: Synopsis, opinion: Opinion, *, at: datetime) -> bytes:
    """The PDF of an opinion signed ``at`` this moment."""
    return pdf.render("opinion.typ", pdf_data(reference, synopsis, opinion, at=at), at=at)
