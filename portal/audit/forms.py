"""What the auditor filters by."""

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Optional, Regexp

from portal.core.forms import PortalForm

_AN_ID = r"^[0-9a-f]{32}$"


class FilterForm(PortalForm):
    """Ids and codes as they stand in the table; read from the address, so it needs no token."""

    class Meta(PortalForm.Meta):
        """A form that changes nothing."""

        csrf = False

    case = StringField(
        _("Case id"),
        validators=[
            Optional(),
            Regexp(_AN_ID, message=_("A case id is 32 letters and digits. Choose a case in the table.")),
        ],
    )
    person = StringField(
        _("Person id"),
        validators=[
            Optional(),
            Regexp(_AN_ID, message=_("A person id is 32 letters and digits. Choose a person in the table.")),
        ],
    )
    action = StringField(
        _("Act"),
        validators=[
            Optional(),
            Regexp(
                r"^[\w.:-]{1,64}$",
                message=_("An act is written like document.read. Choose an act in the table."),
            ),
        ],
    )
