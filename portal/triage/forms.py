"""Forms of the desk."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, Length

from portal.core.forms import PortalForm
from portal.messages.policies import BODY_LIMIT


class AskForm(PortalForm):
    """What the patient is asked for."""

    body = TextAreaField(
        _l("What do you need from the patient?"),
        description=_l("Plain words, one thing after the other. Name the report, its date and the hospital."),
        validators=[
            DataRequired(_l("Write what you need from the patient")),
            Length(max=BODY_LIMIT, message=_l("Your message must be %(max)d characters or less")),
        ],
    )


class OfferForm(PortalForm):
    """Which reviewer gets the offer; the service says why somebody may not."""

    reviewer_id = RadioField(
        _l("Reviewer"), validators=[DataRequired(_l("Choose a reviewer"))], validate_choice=False
    )

    def offer_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Let the coordinator choose among these: id and name."""
        self.reviewer_id.choices = list(choices)
