"""Addresses of static files change with their content."""

from pathlib import Path

from flask import Flask, url_for

from portal.core import assets


def application(folder: Path) -> Flask:
    app = Flask("assets", static_folder=str(folder), static_url_path="/static")
    assets.init_app(app)
    return app


def address(folder: Path, filename: str) -> str:
    with application(folder).test_request_context():
        return url_for("static", filename=filename)


def test_the_address_changes_when_the_content_does(tmp_path: Path) -> None:
    (tmp_path / "portal.css").write_text("a{}")
    before = address(tmp_path, "portal.css")
    assert before.startswith("/static/portal.css?v=")
    assert address(tmp_path, "portal.css") == before
    (tmp_path / "portal.css").write_text("b{}")
    assert address(tmp_path, "portal.css") != before


def test_a_file_that_is_not_there_has_a_plain_address(tmp_path: Path) -> None:
    assert address(tmp_path, "missing.css") == "/static/missing.css"
    assert address(tmp_path, "../secret") == "/static/../secret"
