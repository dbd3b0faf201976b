"""Forms of intake. Questions come from data, so their fields are made from items, not declared.

A :class:`Field` has what the components of ``templates/components/field.html`` ask of a field.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length

from portal.core.forms import PortalForm
from portal.intake.answers import Submission
from portal.intake.services import LONGEST_SIGNATURE
from portal.knowledge.checking import Checked, DateParts, absent, absent_reason, validate
from portal.knowledge.conditions import Answer
from portal.knowledge.pack import ConsentText
from portal.knowledge.questionnaire import Item, ItemType, Precision

OTHER = "__other__"
ASKED = "asked"
SEEN = "seen"
MANY_OPTIONS = 15
SPARE_BOXES = 3


@dataclass(slots=True)
class Field:
    """One question on a page with what is in it now, as typed or as stored."""

    item: Item
    description: str = ""
    values: list[str] = field(default_factory=list)
    other: str = ""
    date: DateParts = field(default_factory=DateParts)
    absent: str = ""
    errors: list[str] = field(default_factory=list)
    elsewhere: str = ""

    @property
    def id(self) -> str:
        """The id of the (first) control."""
        return self.item.link_id

    @property
    def name(self) -> str:
        """What the control is sent under."""
        return self.item.link_id

    @property
    def label(self) -> SimpleNamespace:
        """The question, as WTForms labels are read."""
        return SimpleNamespace(text=self.item.text)

    @property
    def type(self) -> str:
        """The name of the WTForms field that would ask this."""
        return "IntegerField" if self.item.type is ItemType.INTEGER else "StringField"

    @property
    def render_kw(self) -> dict[str, str]:
        """No attributes of its own."""
        return {}

    @property
    def kind(self) -> str:
        """The component that shows it."""
        item = self.item
        if item.type is ItemType.DATE:
            return "date"
        if item.type.chooses:
            many = len(item.options) > MANY_OPTIONS and item.type is ItemType.CHOICE
            return "checkboxes" if item.repeats else "select" if many else "radios"
        if item.type is ItemType.BOOLEAN:
            return "radios"
        if item.repeats:
            return "texts"
        return "textarea" if item.type is ItemType.TEXT else "input"

    @property
    def exclusive(self) -> list[str]:
        """Codes that cannot be chosen together with others."""
        return [option.code for option in self.item.options if option.exclusive and self.item.repeats]

    @property
    def parts(self) -> list[dict[str, str]]:
        """The boxes of a date, in the order of the country's writing."""
        names = ("month", "year") if self.item.precision is Precision.MONTH else ("month", "day", "year")
        return [{"name": name, "value": getattr(self.date, name)} for name in names]

    @property
    def boxes(self) -> list[str]:
        """What the boxes of a repeated text hold: the answers and some room for more."""
        most = self.item.most or len(self.values) + SPARE_BOXES
        room = max(1, SPARE_BOXES - len(self.values))
        return [*self.values, *[""] * room][:most]

    def _value(self) -> str:
        return self.values[0] if self.values else ""

    def iter_choices(self) -> Iterator[tuple[str, str, bool]]:
        """Value, label and whether chosen."""
        if self.kind == "select":
            yield "", _("Choose one"), not self.values
        if self.item.type is ItemType.BOOLEAN:
            yield "true", _("Yes"), self.values == ["true"]
            yield "false", _("No"), self.values == ["false"]
        for option in self.item.options:
            yield option.code, option.display, option.code in self.values
        if self.item.type is ItemType.OPEN_CHOICE:
            yield OTHER, _("Something else"), OTHER in self.values


def stored_field(item: Item, answers: Sequence[Answer], description: str = "") -> Field:
    """The field as it was answered."""
    made = Field(item, description)
    for answer in answers:
        made.absent = absent_reason(answer) or made.absent
        for key, value in answer.items():
            _fill(made, key, value)
    return made


def _fill(made: Field, key: str, value: object) -> None:
    if key == "valueCoding" and isinstance(value, Mapping):
        made.values.append(str(value.get("code", "")))
    elif key == "valueDate":
        made.date = DateParts(*str(value).split("-"))
    elif key == "valueBoolean":
        made.values.append("true" if value else "false")
    elif key == "valueString" and made.item.type is ItemType.OPEN_CHOICE:
        made.values.append(OTHER)
        made.other = str(value)
    elif not key.startswith("_"):
        made.values.append(str(value))


def posted_field(item: Item, data: "MultiDict[str, str]", description: str = "") -> Field:
    """The field as it came back from the page. Own words count also when their option was not chosen."""
    name = item.link_id
    made = Field(item, description, absent=data.get(f"{name}-absent", ""))
    if item.type is ItemType.DATE:
        made.date = DateParts(*(data.get(f"{name}-{part}", "") for part in DateParts._fields))
        return made
    made.values = [value for value in data.getlist(name) if value.strip()]
    made.other = data.get(f"{name}-other", "")
    if item.type is ItemType.OPEN_CHOICE and made.other.strip() and OTHER not in made.values:
        made.values.append(OTHER)
    return made


def checked(made: Field) -> Checked:
    """What the field gives as answers, or what is wrong with it. A typed value wins over "I don't know"."""
    if made.item.type is ItemType.DATE:
        result = validate(made.item, made.date)
    else:
        values = [made.other if value == OTHER else value for value in made.values]
        result = validate(made.item, values)
    if made.absent and not result.answers and not result.problem:
        return absent(made.item, made.absent)
    return result


@dataclass(slots=True)
class PageForm:
    """The questions of one page as they came back, and what of it can be kept."""

    fields: list[Field]
    submission: Submission
    problems: dict[str, Checked]

    @classmethod
    def of(cls, fields: list[Field]) -> "PageForm":
        """A page as it is first shown."""
        return cls(fields, Submission((), {}, ""), {})


def read_page(items: Sequence[Item], data: "MultiDict[str, str]", help_of: Mapping[str, str]) -> PageForm:
    """Read the questions that were shown; a question that was not on the page is never touched."""
    asked = set(data.getlist(ASKED))
    fields = [
        posted_field(item, data, help_of.get(item.link_id, "")) for item in items if item.link_id in asked
    ]
    results = {made.id: checked(made) for made in fields}
    given = {name: result.answers for name, result in results.items() if not result.problem}
    return PageForm(
        fields,
        Submission(tuple(results), given, data.get(SEEN, "")),
        {name: result for name, result in results.items() if result.problem},
    )


class EmptyForm(PortalForm):
    """A button: only the anti-forgery token."""


def consents_form(texts: Sequence[ConsentText]) -> PortalForm:
    """One box for each text and the typed name below."""

    class ConsentsForm(PortalForm):
        signature = StringField(
            lazy_gettext("Your full name"),
            description=lazy_gettext("Typing your name counts as your signature."),
            validators=[
                DataRequired(lazy_gettext("Type your full name to sign")),
                Length(
                    max=LONGEST_SIGNATURE, message=lazy_gettext("Your name must be 200 characters or less")
                ),
            ],
            render_kw={"autocomplete": "name", "spellcheck": "false"},
        )

    for text in texts:
        message = lazy_gettext("Tick the box under “%(title)s” if you agree", title=text.title)
        setattr(ConsentsForm, text.key, BooleanField(text.statement, validators=[DataRequired(message)]))
    return ConsentsForm()
