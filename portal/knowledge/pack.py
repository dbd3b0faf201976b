"""One version of a disease pack joined with its core: everything clinical a case is answered with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.knowledge.questionnaire import Coding, Condition, Item, Option, Questionnaire


@dataclass(frozen=True, slots=True)
class Note:
    """What stands beside a question: R, S or O; where it comes from; help under it; FHIR target."""

    req: str
    src: str
    help: str = ""
    note: str = ""
    fhir: str = ""
    option_codes: Mapping[str, Coding] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A few questions asked together. A page of entries has a ``group`` and the ``steps`` of one entry.

    ``one`` names an entry ("Drug"); ``label`` lists the questions that tell entries apart.
    """

    section: str
    section_slug: str
    slug: str
    title: str
    items: tuple[Item, ...] = ()
    why: str = ""
    group: Item | None = None
    one: str = ""
    label: tuple[str, ...] = ()
    steps: tuple["Page", ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the patient's task list: one or more sections under one title."""

    key: str
    title: str
    hint: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of document; expected always, or when the history's answers meet ``expected_when``."""

    key: str
    label: str
    hint: str
    why: str
    expected: bool
    expected_when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A text to agree to, in one version."""

    key: str
    version: str
    title: str
    statement: str
    required: bool
    summary: tuple[str, ...]
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A readiness rule: what may be missing, in words for patient and expert, and who says so."""

    id: str
    title: str
    trigger: str
    patient: str
    expert: str
    informs: str
    source: str
    confidence: str
    priority: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Link ids of the questions whose answers the portal itself uses."""

    name: str
    country: str
    state: str
    elsewhere: str
    institution: str
    deadline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A validated pack. ``asked`` are the link ids of the patient's numbered questions."""

    id: str
    version: str
    title: str
    questionnaire: Questionnaire
    notes: Mapping[str, Note]
    tasks: tuple[Task, ...]
    pages: Mapping[str, tuple[Page, ...]]
    facts: Facts
    asked: tuple[str, ...]
    urgent_question: str
    urgent_calm: str
    sending_section: str
    sending_needed: Mapping[str, str]
    document_kinds: tuple[DocumentKind, ...]
    consents: tuple[ConsentText, ...]
    rules: tuple[Rule, ...]
    drugs: tuple[Mapping[str, str], ...]
    codes: tuple[Mapping[str, str], ...]

    @property
    def states(self) -> tuple[Option, ...]:
        """The states a patient can be in, as asked; codes are those of licences."""
        return self.questionnaire.by_id[self.facts.state].options

    def document_kind(self, key: str) -> DocumentKind | None:
        """The kind with this key."""
        return next((kind for kind in self.document_kinds if kind.key == key), None)

    def page(self, section_slug: str, slug: str) -> Page | None:
        """A page by its place in the address."""
        for pages in self.pages.values():
            for page in pages:
                if page.section_slug == section_slug and page.slug == slug:
                    return page
        return None

    def page_of(self, link_id: str) -> Page | None:
        """The page a question is asked on; for a question of an entry, the page of its group."""
        asked = self.questionnaire.entry_of.get(link_id, link_id)
        for page in self.pages[self.questionnaire.section_of(link_id).link_id]:
            if (page.group and page.group.link_id == asked) or any(i.link_id == asked for i in page.items):
                return page
        return None

    def task_of(self, section: str) -> Task | None:
        """The task a section belongs to; the sending section belongs to none."""
        return next((task for task in self.tasks if section in task.sections), None)
