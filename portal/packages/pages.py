"""The synopsis as PDF: two sides, never more; what does not fit says where the rest is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.packages import pdf
from portal.packages.answers import written_date
from portal.packages.synopsis import Synopsis, as_data

SIDES = 2
AUTHOR = "Second opinion portal"
LEGEND = (
    "Everything but the list of documents is as the patient told it, unless it is marked as derived by the "
    "portal. Nothing on these two sides was checked against the reports. "
    "“unknown” means asked and not answered."
)
ANSWERS = "answers.pdf"
INDEX = "README.txt"


@dataclass(frozen=True, slots=True)
class Room:
    """How much is shown: font size in points, letters a value and a question, rows a table."""

    size: float
    value: int
    question: int
    questions: int
    rows: int
    documents: int
    missing: int


ROOMS = (
    Room(9.5, 500, 900, 20, 30, 40, 20),
    Room(9.0, 260, 450, 16, 20, 24, 14),
    Room(8.5, 140, 260, 12, 14, 16, 10),
    Room(8.0, 90, 150, 10, 9, 10, 7),
    Room(7.5, 48, 90, 8, 6, 6, 5),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What the two sides are of."""

    reference: str
    edition: int
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as the index lists it."""

    kind: str
    file_name: str
    pages: int


def synopsis_pdf(
    heading: Heading, synopsis: Synopsis, missing: Sequence[str], documents: Sequence[Listed]
) -> bytes:
    """The largest setting of the synopsis that fits two sides.

    :param missing: what is missing or old, a sentence each, the most important first.
    """
    for room in ROOMS:
        data = synopsis_data(heading, synopsis, missing, documents, room)
        made = pdf.render("synopsis.typ", data, at=heading.sealed_at)
        if pdf.page_count(made) <= SIDES:
            return made
    raise RuntimeError("the smallest setting of the synopsis does not fit two sides")


def synopsis_data(
    heading: Heading, synopsis: Synopsis, missing: Sequence[str], documents: Sequence[Listed], room: Room
) -> dict[str, Any]:
    """Everything the template shows, cut to ``room``."""
    shown = synopsis.questions[: room.questions]
    return {
        **frame(heading, f"Case synopsis {heading.reference}"),
        "size": room.size,
        "person": _cut(person(synopsis), 160),
        "legend": LEGEND,
        "questions": [{"number": q.number, "text": _cut(q.text, room.question)} for q in shown],
        "question_notes": _more(len(synopsis.questions) - len(shown), "question"),
        "blocks": [_block(block, room) for block in as_data(synopsis)],
        "missing": [_cut(text, room.value) for text in missing[: room.missing]],
        "missing_notes": _more(len(missing) - room.missing, "item", INDEX),
        "documents": {
            "columns": ["No.", "Kind", "File", "Pages"],
            "rows": [
                [str(number), listed.kind, _cut(listed.file_name, 70, INDEX), str(listed.pages or "–")]
                for number, listed in enumerate(documents[: room.documents], start=1)
            ],
            "notes": _more(len(documents) - room.documents, "document", INDEX),
        },
    }


def frame(heading: Heading, title: str) -> dict[str, Any]:
    """Title, author, edition and foot, as every PDF of a package has them."""
    on = written_date(heading.sealed_at.date().isoformat())
    return {
        "title": title,
        "author": AUTHOR,
        "edition": f"Edition {heading.edition}, sealed {on}",
        "foot": f"{heading.reference}, edition {heading.edition}. Confidential: health information.",
    }


def person(synopsis: Synopsis) -> str:
    """Name, birth date and age in one line."""
    name = synopsis.name or "name unknown"
    if not synopsis.birth_date:
        return f"{name}, date of birth unknown"
    aged = "" if synopsis.age is None else f" (age {synopsis.age}, derived)"
    return f"{name}, born {synopsis.birth_date}{aged}"


def _block(block: dict[str, Any], room: Room) -> dict[str, Any]:
    lines = [{**line, "value": _cut(line["value"], room.value)} for line in block["lines"]]
    table = block["table"]
    if table:
        rows = [[_cut(cell, min(room.value, 60)) for cell in row] for row in table["rows"][: room.rows]]
        table = {**table, "rows": rows, "notes": _more(len(table["rows"]) - len(rows), "row")}
    return {**block, "lines": lines, "table": table}


def _more(count: int, thing: str, where: str = ANSWERS) -> list[str]:
    if count <= 0:
        return []
    return [f"{count} more {thing}{'s' if count > 1 else ''}: see {where}."]


def _cut(text: str, room: int, where: str = ANSWERS) -> str:
    """At most ``room`` letters in a matching number of lines, then where the rest is."""
    kept = "\n".join(text.splitlines()[: max(1, room // 90)])[:room].rstrip()
    return text if kept == text.rstrip() else f"{kept}… (see {where})"
