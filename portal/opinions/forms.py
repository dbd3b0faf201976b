"""The form of an opinion: a box for each of the patient's questions, and the overall text."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from portal.core.forms import PortalForm
from portal.opinions.policies import LONGEST, OpinionText, field_of
from portal.packages.synopsis import Question

_FITS = Length(max=LONGEST, message=_l("Use %(max)d characters or fewer"))


class OpinionForm(PortalForm):
    """The overall text; :func:`opinion_form` adds a box for each question."""

    version = IntegerField(widget=HiddenInput(), default=0)
    summary = TextAreaField(
        _l("Summary for the patient"),
        description=_l("The main points in plain words. The patient reads this first."),
        validators=[_FITS],
    )
    assessment = TextAreaField(
        _l("Assessment for the treating doctor"),
        description=_l("Your reading of the case and the reasons behind your answers. Optional."),
        validators=[_FITS],
    )
    limits = TextAreaField(
        _l("Limits of this opinion"),
        description=_l("What you could not see, and what could change your view. Optional."),
        validators=[_FITS],
    )
    questions: Sequence[Question] = ()

    @property
    def answer_boxes(self) -> list[Any]:
        """The boxes of the questions, in order."""
        return [self[field_of(question)] for question in self.questions]

    @property
    def text(self) -> OpinionText:
        """What was typed."""
        return OpinionText(
            summary=self.summary.data or "",
            assessment=self.assessment.data or "",
            limits=self.limits.data or "",
            answers={question.key: self[field_of(question)].data or "" for question in self.questions},
        )


def opinion_form(shown: Sequence[Question], text: OpinionText, version: int) -> OpinionForm:
    """The form for these questions, filled with the saved text unless it is being submitted."""
    boxes = {
        field_of(question): TextAreaField(
            _l("Answer to question %(number)d", number=question.number),
            description=question.text,
            validators=[_FITS],
        )
        for question in shown
    }
    form_class = type("CaseOpinionForm", (OpinionForm,), {**boxes, "questions": tuple(shown)})
    values = {field_of(question): text.answers.get(question.key, "") for question in shown}
    form: OpinionForm = form_class(
        version=version, summary=text.summary, assessment=text.assessment, limits=text.limits, **values
    )
    return form


class ConfirmForm(PortalForm):
    """A button with its anti-forgery token: sign, release."""


class SignForm(ConfirmForm):
    """Signing names the version that was read, so that nothing else is signed."""

    version = HiddenField()
