"""Forms of documents."""

from flask_babel import lazy_gettext as _l
from wtforms import MultipleFileField, SelectField
from wtforms.fields.choices import SelectChoice

from portal.core.forms import PortalForm
from portal.documents.presenters import KIND_LABELS


class ReportsForm(PortalForm):
    """Choose a kind and files. Its body is read by ``incoming``; this draws it and shows its errors."""

    kind = SelectField(
        _l("What are these reports about?"),
        choices=[
            SelectChoice("", _l("Choose one")),
            *(SelectChoice(kind.value, label) for kind, label in KIND_LABELS.items()),
        ],
        description=_l("If a file holds several reports, choose the one that matters most."),
    )
    files = MultipleFileField(
        _l("Choose one or more files"),
        description=_l("PDF, JPEG or PNG. A photo of a paper report is fine if every line can be read."),
    )


class RemoveForm(PortalForm):
    """Confirms the removal of a document."""
