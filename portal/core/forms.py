"""The base of every form, and its errors as the summary shows them."""

from collections.abc import Iterator
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field


class PortalForm(FlaskForm):
    """A form with the anti-forgery token and text stripped of surrounding space and of NUL."""

    class Meta(FlaskForm.Meta):
        """Strip what people type by accident, except in passwords."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Add the stripping filter to text fields."""
            name = unbound_field.field_class.__name__
            if name in {"StringField", "TextAreaField", "EmailField"}:
                filters = list(unbound_field.kwargs.get("filters", ()))
                unbound_field.kwargs["filters"] = [*filters, _strip] if _strip not in filters else filters
            return unbound_field.bind(form=form, **options)

    def add_error(self, field: str | None, message: str) -> None:
        """Attach an error found by a service to its field, or to the whole form."""
        if field and field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, message]
        else:
            self.form_errors.append(message)


def _strip(value: Any) -> Any:
    return value.replace("\0", "").strip() if isinstance(value, str) else value


def error_items(form: FlaskForm) -> Iterator[dict[str, str]]:
    """Each error with the link to its field, in the order of the fields."""
    for message in form.form_errors:
        yield {"text": message}
    for field in form:
        for message in field.errors:
            yield {"text": str(message), "href": f"#{field.id}"}
