"""Forms of the reviewer's side: decline with a reason, and their own profile."""

import re

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from portal.core.forms import PortalForm
from portal.routing.models import ReviewerProfile
from portal.routing.policies import REASON_LIMIT
from portal.routing.states import states_in


class DeclineForm(PortalForm):
    """Why the reviewer does not take the case."""

    reason = TextAreaField(
        _l("Why do you decline?"),
        description=_l("The coordinator reads this, the patient does not."),
        validators=[
            DataRequired(_l("Write why you decline")),
            Length(max=REASON_LIMIT, message=_l("The reason must be %(max)d characters or less")),
        ],
    )


class ProfileForm(PortalForm):
    """What coordinators see when they choose a reviewer."""

    institution = StringField(
        _l("Institution"),
        description=_l(
            "Where you treat patients. If there are several, separate them with a semicolon. "
            "You are not offered patients of your own institution."
        ),
        validators=[
            DataRequired(_l("Enter the institution where you work")),
            Length(max=200, message=_l("The institution must be %(max)d characters or less")),
        ],
        render_kw={"autocomplete": "organization"},
    )
    subspecialty = StringField(
        _l("Subspecialty"),
        description=_l("For example breast medical oncology"),
        validators=[
            DataRequired(_l("Enter your subspecialty")),
            Length(max=200, message=_l("The subspecialty must be %(max)d characters or less")),
        ],
    )
    licensed_states = StringField(
        _l("States in which you hold a medical licence"),
        description=_l("For example CA, NY, Texas"),
        validators=[DataRequired(_l("Enter at least one state"))],
    )
    languages = StringField(
        _l("Languages you read"),
        description=_l("For example English, Spanish"),
        validators=[DataRequired(_l("Enter at least one language")), Length(max=200)],
    )
    conflicts = TextAreaField(
        _l("Other institutions whose patients you do not take"),
        description=_l("One on each line. Leave it empty if there are none."),
        validators=[Length(max=2000)],
    )
    capacity = IntegerField(
        _l("How many reviews can you do at the same time?"),
        validators=[
            InputRequired(_l("Enter a number")),
            NumberRange(0, 50, _l("Enter a number from %(min)s to %(max)s")),
        ],
    )

    def validate_licensed_states(self, field: Field) -> None:
        """Each entry must name a state, so that a typing mistake does not lose a licence."""
        for part in _parts(field.data):
            if not _states(part):
                raise ValidationError(_("“%(part)s” is not a US state", part=part))

    def show(self, profile: ReviewerProfile | None) -> None:
        """Fill the form from what is stored."""
        if profile is None:
            self.capacity.data, self.languages.data = 1, _("English")
            return
        self.institution.data, self.subspecialty.data = profile.institution, profile.subspecialty
        self.licensed_states.data = ", ".join(profile.licensed_states)
        self.languages.data = ", ".join(profile.languages)
        self.conflicts.data = "\n".join(profile.conflicts)
        self.capacity.data = profile.capacity

    @property
    def states(self) -> list[str]:
        """The codes of the states entered."""
        return sorted({code for part in _parts(self.licensed_states.data) for code in _states(part)})

    @property
    def spoken(self) -> list[str]:
        """The languages entered."""
        return _parts(self.languages.data)

    @property
    def excluded(self) -> list[str]:
        """The institutions entered as conflicts."""
        return [line.strip() for line in (self.conflicts.data or "").splitlines() if line.strip()]


def _parts(text: str | None) -> list[str]:
    return [part.strip() for part in re.split(r"[,;\n]", text or "") if part.strip()]


def _states(part: str) -> frozenset[str]:
    return states_in(part) or states_in(part.upper())
