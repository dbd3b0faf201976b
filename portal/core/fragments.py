"""Parts of a page that are the same for everybody are rendered once for each language, then kept.

Every page pays for its head, navigation and foot; looking up their words and addresses again each time took
a third of the time of a small page.
"""

from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup


def init_app(app: Flask) -> None:
    """Offer ``fragment(template, role, section)`` to templates."""
    kept: dict[tuple[str, str, str, str], Markup] = {}

    def fragment(name: str, role: str = "", section: str = "") -> Markup:
        """The template rendered with ``role`` and ``section``, which must come from a short list."""
        language = str(get_locale())
        key = (language, name, role, section)
        if key not in kept or app.debug:
            template = app.jinja_env.get_template(name)
            kept[key] = Markup(template.render(role=role, section=section))  # noqa: S704 - our own template
        return kept[key]

    app.jinja_env.globals["fragment"] = fragment
