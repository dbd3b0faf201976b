"""The macros that turn form fields into components."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template_string
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, PasswordField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

IMPORTS = """
{% from 'components/field.html' import checkboxes, date_input, password, radios, textarea %}
{% from 'components/error_summary.html' import error_summary %}
"""


class Example(Form):
    """One field of several kinds."""

    story = TextAreaField("What happened?")
    secret = PasswordField("Password")
    side = RadioField(
        "Which side?",
        [InputRequired("Choose a side")],
        choices=[SelectChoice("l", "Left"), SelectChoice("r", "Right")],
    )
    tests = SelectMultipleField(
        "Which tests?", choices=[SelectChoice("er", "ER"), SelectChoice("none", "None of these")]
    )
    agree = BooleanField("I agree")


@pytest.fixture
def render(app: Flask) -> Any:
    """Render a piece of template with the macros at hand."""

    def rendered(source: str, **context: Any) -> str:
        with app.test_request_context("/"):
            return render_template_string(IMPORTS + source, **context)

    return rendered


def form(**values: str) -> Example:
    return Example(MultiDict(values))


def test_a_textarea_keeps_what_was_typed_exactly(render: Any) -> None:
    html = render("{{ textarea(form.story) }}", form=form(story="\n  two\n   lines </textarea><b>"))
    assert ">\n\n  two\n   lines &lt;/textarea&gt;&lt;b&gt;</textarea>" in html


def test_a_password_never_comes_back(render: Any) -> None:
    html = render("{{ password(form.secret, new=true) }}", form=form(secret="correct horse"))
    assert "correct horse" not in html
    assert 'autocomplete="new-password"' in html


def test_the_error_summary_leads_to_the_first_choice(render: Any) -> None:
    filled = form()
    assert not filled.validate()
    html = render("{{ error_summary(form) }}{{ radios(form.side) }}", form=filled)
    assert '<a href="#side">Choose a side</a>' in html
    assert html.count('id="side"') == 1
    assert 'type="radio"' in html


def test_errors_of_the_whole_form_are_listed_too(render: Any) -> None:
    filled = form(side="l")
    filled.form_errors.append("This case was sent already.")
    assert "<li>This case was sent already.</li>" in render("{{ error_summary(form) }}", form=filled)


def test_without_errors_there_is_no_summary(render: Any) -> None:
    filled = form(side="l")
    assert filled.validate()
    assert "govuk-error-summary" not in render("{{ error_summary(form) }}", form=filled)


def test_an_exclusive_choice_stands_apart(render: Any) -> None:
    html = render("{{ checkboxes(form.tests, exclusive=('none',)) }}", form=form(tests="none"))
    assert 'data-behaviour="exclusive"' in html
    assert "govuk-checkboxes__divider" in html


def test_a_single_agreement_needs_no_fieldset(render: Any) -> None:
    html = render("{{ checkboxes(form.agree) }}", form=form(agree="y"))
    assert "<fieldset" not in html
    assert 'id="agree"' in html
    assert "checked" in html


def test_the_boxes_of_a_date_carry_its_name_and_the_link_of_its_error(render: Any) -> None:
    parts = [SimpleNamespace(name=name, value="", autocomplete=None) for name in ("month", "year")]
    field = SimpleNamespace(
        id="when",
        name="when",
        label=SimpleNamespace(text="When?"),
        description="",
        errors=["Enter a month and a year"],
        parts=parts,
    )
    html = render("{{ date_input(field) }}", field=field)
    assert 'name="when-month"' in html
    assert 'name="when-year"' in html
    assert html.count('id="when"') == 1
    assert "Enter a month and a year" in html
