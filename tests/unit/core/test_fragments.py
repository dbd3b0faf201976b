"""Parts of a page are rendered once for each language and role."""

from flask import Flask, request
from flask_babel import Babel
from jinja2 import DictLoader

from portal.core import fragments


def application() -> tuple[Flask, list[str]]:
    app = Flask("fragments")
    app.jinja_loader = DictLoader({"part.html": "<b>{{ count() }} {{ role }} {{ section }}</b>"})
    Babel(app, locale_selector=lambda: request.args.get("lang", "en"))
    rendered: list[str] = []
    app.jinja_env.globals["count"] = lambda: rendered.append("x") or len(rendered)
    fragments.init_app(app)
    return app, rendered


def part(app: Flask, language: str = "en", role: str = "", section: str = "") -> str:
    with app.test_request_context(f"/?lang={language}"):
        return str(app.jinja_env.globals["fragment"]("part.html", role, section))


def test_it_is_rendered_once_for_each_language_role_and_section() -> None:
    app, rendered = application()
    first = part(app, role="patient", section="cases")
    assert first == "<b>1 patient cases</b>"
    assert part(app, role="patient", section="cases") == first
    assert part(app, role="auditor") == "<b>2 auditor </b>"
    assert part(app, "es", role="auditor") == "<b>3 auditor </b>"
    assert len(rendered) == 3


def test_words_from_outside_are_escaped() -> None:
    app, _ = application()
    assert "<script>" not in part(app, role="<script>")


def test_while_developing_nothing_is_kept() -> None:
    app, rendered = application()
    app.debug = True
    part(app)
    part(app)
    assert len(rendered) == 2
