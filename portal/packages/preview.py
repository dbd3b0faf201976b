"""What a reviewer sees of an offered case: facts without identity.

Only coded answers, numbers and months are shown. Free text is never shown, except the patient's
questions, from which every name the portal can recognise is blacked out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.packages.answers import Value
from portal.packages.blackout import blacked_out, names_in
from portal.packages.synopsis import UNKNOWN, Fact, FactTable, Synopsis

IN_PACKAGE = "told, in the package"
AGE_BAND_YEARS = 10
_OLDEST_BAND = 90


def preview(
    synopsis: Synopsis,
    *,
    identifying: Iterable[str],
    drugs: Mapping[str, str],
    documents: Sequence[tuple[str, int]],
) -> dict[str, Any]:
    """The synopsis without identity, as plain data for a page.

    :param identifying: what the patient typed where people and places are asked for.
    :param drugs: see :func:`drug_names`; a drug typed as one of these is shown, any other text is not.
    :param documents: kind and number of pages of each document; file names may hold names.
    """
    words = names_in([synopsis.name, *identifying])
    return {
        "age": age_band(synopsis.age),
        "questions": [
            {"number": question.number, "text": blacked_out(question.text, words)}
            for question in synopsis.questions
        ],
        "blocks": [
            {
                "title": block.title,
                "lines": [
                    {"label": fact.label, "value": safe(fact, drugs), "unknown": not fact.values}
                    for fact in block.facts
                    if not fact.identity
                ],
                "table": block.table and _table(block.table, drugs),
            }
            for block in synopsis.blocks
        ],
        "documents": [{"kind": kind, "pages": pages} for kind, pages in documents],
    }


def drug_names(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Every generic, brand and other name of the pack's drugs to the generic name."""
    return {
        name.strip().lower(): row["generic"]
        for row in rows
        for column in ("generic", "brands", "other_names")
        for name in row.get(column, "").split(";")
        if name.strip()
    }


def _table(table: FactTable, drugs: Mapping[str, str]) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": list(table.columns),
        "rows": [[safe(fact, drugs) for fact in row] for row in table.rows],
    }


def safe(fact: Fact, drugs: Mapping[str, str]) -> str:
    """The coded part of a fact; dates lose their day, free text only leaves word that it is there.

    ``drugs`` maps every name of a known drug, in lower case, to its generic name.
    """
    if not fact.values:
        return UNKNOWN
    return "; ".join(dict.fromkeys(_safe(value, drugs) for value in fact.values))


def _safe(value: Value, drugs: Mapping[str, str]) -> str:
    if value.free:
        return drugs.get(value.text.lower(), IN_PACKAGE)
    return value.text.split(" ", 1)[1] if value.date and value.text.count(" ") == 2 else value.text


def age_band(age: int | None) -> str:
    """The decade of life, ``50 to 59``; the very old are few, so they share one band."""
    if age is None:
        return UNKNOWN
    if age >= _OLDEST_BAND:
        return f"{_OLDEST_BAND} or older"
    start = age - age % AGE_BAND_YEARS
    return f"{start} to {start + AGE_BAND_YEARS - 1}"
