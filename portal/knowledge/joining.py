"""Joins a disease pack with its core and checks that every reference in the data leads somewhere."""

import csv
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from portal.knowledge import paging
from portal.knowledge.errors import KnowledgeError
from portal.knowledge.pack import ConsentText, DocumentKind, Facts, Note, Pack, Rule, Task
from portal.knowledge.parsing import condition_of, parse
from portal.knowledge.questionnaire import Coding, Questionnaire

REQUIREMENTS = frozenset({"R", "S", "O"})
DRUG_COLUMNS = frozenset({"generic", "brands", "class", "rxcui", "source"})
CODE_COLUMNS = frozenset({"system", "code", "display", "verified_from"})


def join(folder: Path, core_root: Path) -> Pack:
    """The pack in ``folder`` on top of the core version it names."""
    own = _toml(folder / "pack.toml")
    core_folder = core_root / str(own["core"])
    core = _toml(core_folder / "pack.toml")
    questionnaire = _questionnaire(folder, core_folder, own)
    notes = _notes(questionnaire, core_folder, folder)
    pages = _toml(core_folder / "pages.toml") | _toml(folder / "pages.toml")
    pack = Pack(
        id=own["id"],
        version=own["version"],
        title=own["title"],
        questionnaire=questionnaire,
        notes=notes,
        tasks=tuple(Task(t["key"], t["title"], t["hint"], tuple(t["sections"])) for t in own["tasks"]),
        pages=paging.pages(questionnaire, pages),
        facts=Facts(**core["facts"]),
        asked=tuple(core["asked"]["items"]),
        urgent_question=core["urgent"]["question"],
        urgent_calm=core["urgent"]["calm"],
        sending_section=core["sending"]["section"],
        sending_needed=dict(core["sending"]["needed"]),
        document_kinds=_document_kinds(core_folder, own),
        consents=_consents(core_folder),
        rules=_rules(folder / "readiness.json"),
        drugs=_table(folder / "drugs.csv", DRUG_COLUMNS),
        codes=_table(folder / "codes.csv", CODE_COLUMNS),
    )
    _check(pack, folder)
    return pack


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise KnowledgeError(f"{path}: {error}") from error


def _questionnaire(folder: Path, core_folder: Path, own: Mapping[str, Any]) -> Questionnaire:
    resources = []
    for path in (core_folder / "questionnaire.json", folder / "questionnaire.json"):
        try:
            resources.append(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise KnowledgeError(f"{path}: {error}") from error
    sections = {item["linkId"]: item for resource in resources for item in resource["item"]}
    unknown = set(own["sections"]) ^ set(sections)
    if unknown:
        raise KnowledgeError(f"{folder}: sections listed and sections there differ: {sorted(unknown)}")
    return parse(resources[1] | {"item": [sections[name] for name in own["sections"]]})


def _notes(questionnaire: Questionnaire, *folders: Path) -> dict[str, Note]:
    notes: dict[str, Note] = {}
    for folder in folders:
        for link_id, row in _toml(folder / "items.toml").items():
            if link_id not in questionnaire.by_id:
                raise KnowledgeError(f"{folder / 'items.toml'}: {link_id} is not a question")
            if row["req"] not in REQUIREMENTS or not row["src"]:
                raise KnowledgeError(f"{link_id}: req is R, S or O, and src says where it comes from")
            codes = {key: Coding(c["code"], c["system"]) for key, c in row.pop("option_codes", {}).items()}
            for code in codes:
                _option_exists(questionnaire, link_id, code)
            notes[link_id] = Note(**row, option_codes=codes)
    return notes


def _option_exists(questionnaire: Questionnaire, link_id: str, code: str) -> None:
    item = questionnaire.by_id[link_id]
    if not any(each.option(code) for each in item.walk()):
        raise KnowledgeError(f"{link_id}: there is no option {code}")


def _document_kinds(core_folder: Path, own: Mapping[str, Any]) -> tuple[DocumentKind, ...]:
    when = own.get("expected_when", {})
    kinds = tuple(
        DocumentKind(
            row["key"],
            row["label"],
            row["hint"],
            row["why"],
            row["expected"],
            tuple(condition_of(row["key"], each) for each in when.get(row["key"], ())),
        )
        for row in _toml(core_folder / "documents.toml")["kinds"]
    )
    unknown = set(when) - {kind.key for kind in kinds}
    if unknown:
        raise KnowledgeError(f"expected_when: no such kind of document: {sorted(unknown)}")
    return kinds


def _consents(core_folder: Path) -> tuple[ConsentText, ...]:
    rows = _toml(core_folder / "consents.toml")["consents"]
    return tuple(ConsentText(**row | {key: tuple(row[key]) for key in ("summary", "text")}) for row in rows)


def _rules(path: Path) -> tuple[Rule, ...]:
    rows = json.loads(path.read_text(encoding="utf-8"))
    names = {each.name for each in fields(Rule)}
    for row in rows:
        if set(row) != names or not row["source"] or not row["confidence"]:
            raise KnowledgeError(f"{path}: rule {row.get('id')} needs {', '.join(sorted(names))}")
    _unique(path, (row["id"] for row in rows))
    return tuple(Rule(**row) for row in rows)


def _table(path: Path, columns: frozenset[str]) -> tuple[Mapping[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not columns <= set(reader.fieldnames or ()):
            raise KnowledgeError(f"{path}: needs the columns {', '.join(sorted(columns))}")
        return tuple(reader)


def _unique(path: Path, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise KnowledgeError(f"{path}: {name} occurs twice")
        seen.add(name)


def _check(pack: Pack, folder: Path) -> None:
    if folder.name != pack.version or folder.parent.name != pack.id:
        raise KnowledgeError(f"{folder}: holds {pack.id} {pack.version}")
    questionnaire = pack.questionnaire
    named = [
        *(getattr(pack.facts, each.name) for each in fields(Facts)),
        *pack.asked,
        *pack.sending_needed,
        pack.urgent_question,
        *(each.question for kind in pack.document_kinds for each in kind.expected_when),
    ]
    for link_id in named:
        if link_id not in questionnaire.by_id:
            raise KnowledgeError(f"{folder}: {link_id} is not a question")
    for link_id, code in {**pack.sending_needed, pack.urgent_question: pack.urgent_calm}.items():
        _option_exists(questionnaire, link_id, code)
    in_tasks = [section for task in pack.tasks for section in task.sections]
    expected = {section.link_id for section in questionnaire.sections} - {pack.sending_section}
    if sorted(in_tasks) != sorted(expected):
        raise KnowledgeError(f"{folder}: each section but {pack.sending_section} belongs to one task")
    if not all(pack.notes.get(item.link_id) for item in _asked_once(questionnaire)):
        unnoted = [i.link_id for i in _asked_once(questionnaire) if i.link_id not in pack.notes]
        raise KnowledgeError(f"{folder}: items.toml lacks {', '.join(unnoted)}")


def _asked_once(questionnaire: Questionnaire) -> list[Any]:
    return [
        item for item in questionnaire.walk() if item.type.asks and item.link_id not in questionnaire.entry_of
    ]
