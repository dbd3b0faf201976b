"""The form to write, ask or answer."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from portal.core.forms import PortalForm
from portal.messages.policies import BODY_LIMIT


class MessageForm(PortalForm):
    """``about`` is the request being answered, empty for anything else."""

    about = RadioField(_l("What is your message about?"), choices=[], default="", validate_choice=False)
    body = TextAreaField(
        _l("Your message"),
        validators=[
            DataRequired(_l("Write your message")),
            Length(max=BODY_LIMIT, message=_l("Your message must be %(max)d characters or less")),
        ],
        render_kw={"maxlength": BODY_LIMIT},
    )
    asks = BooleanField(_l("The case waits until this is answered"))

    def offer_requests(self, requests: list[tuple[str, str]]) -> None:
        """Let the person say which open request they answer; a single one is chosen for them."""
        self.about.choices = [*requests, ("", _("Something else"))]
        if not self.is_submitted():
            self.about.data = requests[0][0] if len(requests) == 1 else ""

    def validate_about(self, field: RadioField) -> None:
        """A request that was answered meanwhile is no longer among the choices; the text is kept."""
        if field.data not in {value for value, _text in field.choices}:
            raise ValidationError(_("This was answered in the meantime. Choose what your message is about"))
