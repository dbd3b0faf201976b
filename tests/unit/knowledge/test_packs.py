"""The packs that ship: they load, and what they say about themselves holds."""

import json
import re
import shutil
from pathlib import Path

import pytest

from portal.knowledge import joining, loader
from portal.knowledge.errors import KnowledgeError
from portal.knowledge.pack import Pack
from portal.knowledge.questionnaire import Operator

PORTAL = Path(loader.__file__).resolve().parent.parent


@pytest.fixture
def pack() -> Pack:
    """The newest default pack."""
    return loader.pack()


def test_every_version_of_every_pack_loads() -> None:
    packs = loader.load_all()
    assert {pack.id for pack in packs} >= {loader.DEFAULT}


def test_a_pack_is_loaded_once(pack: Pack) -> None:
    assert loader.pack(pack.id, pack.version) is pack


@pytest.mark.parametrize(
    ("pack_id", "version"), [("no-such", None), (loader.DEFAULT, "9.9.9"), ("core", None)]
)
def test_an_unknown_pack_is_named(pack_id: str, version: str | None) -> None:
    with pytest.raises(KnowledgeError, match=pack_id):
        loader.pack(pack_id, version)


def _without_expressions(node: object) -> object:
    """fhir.resources knows no extension of a value inside an extension; a plain date stands in for it."""
    if isinstance(node, list):
        return [_without_expressions(each) for each in node]
    if isinstance(node, dict) and "_valueDate" in node:
        return {"url": node["url"], "valueDate": "2026-01-01"}
    if isinstance(node, dict):
        return {key: _without_expressions(value) for key, value in node.items()}
    return node


def test_the_questionnaire_is_valid_fhir() -> None:
    from fhir.resources.R4B.questionnaire import Questionnaire  # noqa: PLC0415

    for path in loader.PACKS.glob("*/*/questionnaire.json"):
        Questionnaire.model_validate(_without_expressions(json.loads(path.read_text(encoding="utf-8"))))


def test_rules_drugs_and_codes_keep_their_sources(pack: Pack) -> None:
    assert len(pack.rules) >= 36
    assert all(rule.source and rule.confidence for rule in pack.rules)
    assert all(row["source"] for row in pack.drugs)
    assert all(row["verified_from"] for row in pack.codes)
    assert any(note.src == "K" for note in pack.notes.values())


def test_required_questions_are_those_marked_so(pack: Pack) -> None:
    for link_id, note in pack.notes.items():
        item = pack.questionnaire.by_id[link_id]
        if item.required:
            assert note.req == "R", link_id


def test_states_have_the_codes_of_licences(pack: Pack) -> None:
    assert all(re.fullmatch(r"[A-Z]{2}", state.code) for state in pack.states)
    assert len(pack.states) == 56


def test_gender_hides_nothing(pack: Pack) -> None:
    never = {link_id for link_id, note in pack.notes.items() if "Never used to show or hide" in note.note}
    assert never
    for item in pack.questionnaire.walk():
        assert not never & {condition.question for condition in item.conditions}


def test_conditions_use_the_operators_that_are_tested(pack: Pack) -> None:
    used = {c.operator for item in pack.questionnaire.walk() for c in item.conditions}
    assert used <= {Operator.EQUAL, Operator.NOT_EQUAL, Operator.EXISTS}


def test_no_code_names_a_drug() -> None:
    words = {row["generic"].split()[0].lower() for row in loader.pack().drugs}
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, sorted(words))) + r")\b", re.IGNORECASE)
    for room in ("knowledge", "intake", "findings"):
        for path in (PORTAL / room).rglob("*.py"):
            assert not pattern.search(path.read_text(encoding="utf-8")), path


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the packs, to be broken."""
    root = tmp_path / "packs"
    shutil.copytree(loader.PACKS, root)
    return root


BREAKS = [
    ("core", "pages.toml", 'items = ["a.filler"]', 'items = ["a.nobody"]', "a.nobody is not a question"),
    ("core", "pages.toml", 'items = ["a.helper"]', 'items = ["a.filler"]', "pages and questions differ"),
    ("core", "pages.toml", 'items = ["a.country"]', 'items = ["a.country", "a.state"]', "of the same page"),
    ("core", "items.toml", 'req = "R"', 'req = "X"', "req is R, S or O"),
    ("core", "pack.toml", 'name = "a.name"', 'name = "a.nobody"', "a.nobody is not a question"),
    ("core", "pack.toml", 'calm = "none"', 'calm = "never"', "there is no option never"),
    (loader.DEFAULT, "pack.toml", 'sections = ["sec.L"]', "sections = []", "belongs to one task"),
    (loader.DEFAULT, "pack.toml", 'id = "hrpos', 'id = "other', "holds other"),
    (loader.DEFAULT, "drugs.csv", "generic,", "name,", "needs the columns"),
    (loader.DEFAULT, "questionnaire.json", '"enableBehavior": "any"', '"x": "any"', "any or all"),
    (loader.DEFAULT, "questionnaire.json", "{", "", "questionnaire.json"),
]


@pytest.mark.parametrize(("pack_id", "file", "old", "new", "words"), BREAKS)
def test_a_broken_pack_says_what_to_mend(
    copied: Path, pack_id: str, file: str, old: str, new: str, words: str
) -> None:
    path = copied / pack_id / loader.newest(copied, pack_id) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    folder = copied / loader.DEFAULT / loader.newest(copied, loader.DEFAULT)
    with pytest.raises(KnowledgeError, match=words):
        joining.join(folder, copied / "core")
