"""Addresses of our own files carry a hash of the content: browsers keep a file for a year, never too long."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask


def init_app(app: Flask) -> None:
    """Add ``v=<hash>`` wherever a template asks for ``url_for('static', filename=...)``."""
    folder = Path(app.static_folder or "static")
    versions: dict[str, str] = {}

    def version(filename: str) -> str | None:
        if filename not in versions and (folder / filename).is_file():
            versions[filename] = hashlib.sha256((folder / filename).read_bytes()).hexdigest()[:12]
        return versions.get(filename)

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values.setdefault("v", version(values["filename"]))
