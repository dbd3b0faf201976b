"""A case with answers and documents, ready to be sealed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from portal.cases import history
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor
from portal.core.clock import now
from portal.documents.models import Document, DocumentState
from portal.knowledge import loader
from portal.knowledge.questionnaire import Item, ItemType, Questionnaire
from portal.vault.services import Vault
from tests.support.cases import make_case

Told = Mapping[str, Any]

MARIA: Told = {
    "a.filler": "self",
    "a.name": "Maria Quintero",
    "a.callme": "Mia",
    "a.dob": "1969-04-03",
    "a.gender": "female",
    "a.country": "US",
    "a.state": "WA",
    "a.hospital": "Evergreen Valley Hospital",
    "a.oncologist": "Dr. Ellen Marsh, Evergreen Valley Hospital",
    "a.reason": ["progress", "plan"],
    "a.plan": "Fulvestrant with capivasertib",
    "b.type": "hrpos_her2neg",
    "b.sites": ["bone", "liver"],
    "b.metdate": "2023-05",
    "b.lastscan": "2026-10-02",
    "b.scanresult": "worse",
    "c.side": "left",
    "c.date": "2017-03",
    "e.ai": "past",
    "e.cdk46": "past",
    "e.chemo": "no",
    "e.drug": [
        {
            "e.drug.name": "Ibrance",
            "e.drug.setting": "met",
            "e.drug.start": "2023-06",
            "e.drug.still": "no",
            "e.drug.stop": "2026-09",
            "e.drug.why": "grew",
            "e.drug.best": "shrank",
        },
        {"e.drug.name": "something new", "e.drug.setting": "met", "e.drug.still": "yes"},
    ],
    "f.bxmet": "wait",
    "i.ecog": "1",
    "i.pain": 3,
    "h.meds": [{"h.meds.text": "metformin 500 mg"}],
    "j.goals": ["time", "feel"],
    "j.words": "A walk with my dog, and my coffee hot.",
    "l.q": ["Dr. Marsh wants capivasertib. Is that right for me, or would Mia wait?", "What comes after it?"],
    "l.starters": ["trial"],
}


def answers(questionnaire: Questionnaire, told: Told) -> dict[str, list[dict[str, Any]]]:
    """``told`` (link id to code, text, number, list of them, or rows of a group) as stored answers."""
    return {section.link_id: _items(section.items, told) for section in questionnaire.sections}


def _items(items: Sequence[Item], told: Told) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for item in items:
        if item.type is ItemType.GROUP:
            rows = told.get(item.link_id, []) if item.repeats else [told]
            found += [{"linkId": item.link_id, "item": _items(item.items, row)} for row in rows]
        elif item.link_id in told:
            value = told[item.link_id]
            values = value if isinstance(value, list) else [value]
            found.append({"linkId": item.link_id, "answer": [_answer(item, each) for each in values]})
    return found


def _answer(item: Item, value: Any) -> dict[str, Any]:
    option = item.option(value) if item.type.chooses else None
    if option is not None:
        return option.answer
    kinds = {
        ItemType.DATE: "valueDate",
        ItemType.INTEGER: "valueInteger",
        ItemType.DECIMAL: "valueDecimal",
        ItemType.BOOLEAN: "valueBoolean",
    }
    return {kinds.get(item.type, "valueString"): value}


def tell(session: Session, case: Case, told: Told, *, actor: Actor) -> None:
    """Save all answers of a case."""
    questionnaire = loader.pack(case.pack, case.pack_version).questionnaire
    for section, items in answers(questionnaire, told).items():
        history.save(session, case, section, items, actor=actor)


def add_document(
    session: Session,
    vault: Vault,
    case: Case,
    data: bytes,
    *,
    kind: str = "pathology",
    name: str = "report.pdf",
    state: DocumentState = DocumentState.READY,
) -> Document:
    """A document that passed its checks."""
    stored = vault.put(case.id, data)
    document = Document(
        case_id=case.id,
        kind=kind,
        media_type="application/pdf",
        state=state.value,
        page_count=2,
        started_at=now(),
        created_at=now(),
        object_id=stored.object_id,
        manifest=stored.manifest,
        size=stored.size,
    )
    document.sha256, document.file_name = stored.sha256, name
    session.add(document)
    session.flush()
    return document


def told_case(
    session: Session,
    vault: Vault,
    *,
    owner: Actor,
    told: Told = MARIA,
    status: CaseStatus = CaseStatus.READY,
    documents: int = 2,
) -> Case:
    """A case with answers and documents in ``status``, nothing sealed yet."""
    case = make_case(session, status, owner=owner)
    case.pack_version = loader.pack().version
    session.flush()
    vault.create_case_key(case.id)
    tell(session, case, told, actor=owner)
    for number in range(1, documents + 1):
        add_document(
            session, vault, case, b"%PDF-1.7 report " + bytes([number]) * 3000, name=f"Report {number}.pdf"
        )
    return case
