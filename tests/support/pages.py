"""A client that asserts on every page what every page must keep."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Page(HTMLParser):
    """What a test needs of a page: title, headings, ids, text and hidden form values."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.ids: Counter[str] = Counter()
        self.headings: list[str] = []
        self.title = ""
        self.hidden: dict[str, str] = {}
        self.links: list[str] = []
        self._text: list[str] = []
        self._open: list[str] = []
        self.scripts_without_nonce = 0
        self.inline_styles = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, links, hidden inputs, scripts."""
        values = {key: value or "" for key, value in attrs}
        self._open.append(tag)
        if "id" in values:
            self.ids[values["id"]] += 1
        if tag == "h1":
            self.headings.append("")
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag == "input" and values.get("type") == "hidden":
            self.hidden[values.get("name", "")] = values.get("value", "")
        if tag == "script" and not values.get("nonce") and not values.get("src", "").startswith("/static/"):
            self.scripts_without_nonce += 1
        if "style" in values or any(key.startswith("on") for key in values):
            self.inline_styles += 1

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element of this name."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Collect visible text."""
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        if "h1" in self._open and self.headings:
            self.headings[-1] += data
        if not {"script", "style"} & set(self._open):
            self._text.append(data)

    @property
    def text(self) -> str:
        """Visible text with single spaces."""
        return re.sub(r"\s+", " ", " ".join(self._text)).strip()


class PortalClient(FlaskClient):
    """The Flask test client plus the invariants of every page."""

    def page(self, url: str, status: int = 200, **options: Any) -> Page:
        """GET a page and check what every page must keep."""
        page = check_page(self.get(url, **options), status)
        assert not self.application.extensions["uncommitted"].lost, "a GET left work uncommitted"
        return page

    def submit(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """POST a form; the caller asserts on the answer."""
        return self.post(url, data=data or {}, **options)

    def submit_for_page(self, url: str, data: dict[str, Any], status: int = 422) -> Page:
        """POST a form that is answered with a page, such as one with errors."""
        return check_page(self.post(url, data=data), status)


def check_page(response: TestResponse, status: int = 200) -> Page:
    """Title, one h1, unique ids, no inline handler, every script our own file or with its nonce."""
    assert response.status_code == status, f"{response.status_code} {response.location or ''}"
    page = Page(response.get_data(as_text=True))
    assert page.title.strip(), "a page has a title"
    assert len(page.headings) == 1, f"one h1, not {page.headings}"
    doubled = [name for name, count in page.ids.items() if count > 1]
    assert not doubled, f"ids occur once: {doubled}"
    assert page.scripts_without_nonce == 0
    assert page.inline_styles == 0
    if status == 422:
        assert page.title.strip().startswith("Error:"), page.title
    return page
