"""People walking the portal in a browser: what a patient, a coordinator and a reviewer do, in their words."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from portal.demo.answers import DATA
from tests.support.axe import then_the_page_is_accessible
from tests.support.hands import Hands, Keyboard, Mouse
from tests.support.totp import Authenticator

PASSWORD = "a long sentence nobody guesses 47"
MOST_PAGES = 120


class Person:
    """One person with a browser, a mailbox and, once set up, an authenticator app."""

    def __init__(
        self,
        context: BrowserContext,
        name: str,
        email: str,
        *,
        keyboard: bool = False,
        javascript: bool = True,
    ) -> None:
        self.page: Page = context.new_page()
        self.name = name
        self.email = email
        self.hands: Hands = Keyboard(self.page) if keyboard else Mouse()
        self.authenticator: Authenticator | None = None
        self.javascript = javascript
        self._seen: set[str] = set()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self._note(message.type, message.text))

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.errors.append(text)

    def go(self, path: str) -> None:
        """Open an address and look at the page."""
        self.page.goto(path)
        self.look()

    def look(self) -> None:
        """Check the page that is shown: accessible, no sideways scrolling, no script error.

        Without JavaScript nothing can be asked of the page; the same pages are looked at with it elsewhere.
        """
        self.page.wait_for_load_state()
        kind = re.sub(r"[0-9A-Za-z_-]{20,}|SO-\w{4}-\w{4}|\d+", "*", self.page.url) + self.page.title()
        if self.javascript and kind not in self._seen:
            self._seen.add(kind)
            then_the_page_is_accessible(self.page)
            width = self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert width <= 0, f"{self.page.url} scrolls sideways by {width} px"
        assert not self.errors, self.errors

    def press(self, name: str) -> None:
        """Push the button or follow the link of this name; a link that looks like a button is a button."""
        named = self.page.get_by_role("button", name=name, exact=True)
        self.follow(named.or_(self.page.get_by_role("link", name=name, exact=True)).first)

    def follow(self, target: Locator) -> None:
        """Push or follow the control, wait for the page it leads to and look at it."""
        with self.page.expect_navigation():
            self.hands.press(target)
        self.look()

    def write(self, label: str, text: str) -> None:
        """Type into the box of this label."""
        self.hands.write(self.page.get_by_label(label, exact=True).first, text)

    def heading(self, words: str) -> None:
        """The page's main heading says this."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(re.escape(words)))

    def sees(self, words: str) -> None:
        """The page says this somewhere."""
        expect(self.page.get_by_text(words).first).to_be_visible()

    def open_mail(self, about: str) -> None:
        """Follow the link in the newest mail to this person with these words in its subject."""
        self.page.goto("/demo/mail")
        letter = self.page.locator("article", has_text=f"To {self.email}").filter(has_text=about).first
        for _ in range(60):
            if letter.count():
                break
            self.page.wait_for_timeout(500)
            self.page.reload()
        self.look()
        self.follow(letter.get_by_role("link").first)

    def set_up_second_factor(self) -> None:
        """Add the account to the authenticator app, type its code, keep the recovery codes."""
        self.heading("Set up your second sign-in step")
        self.authenticator = Authenticator(self.page.locator("#secret").inner_text())
        self.write("Code", self.authenticator.code())
        self.press("Continue")
        self.heading("Save your recovery codes")
        self.press("I have saved my codes")

    def accept_invitation(self) -> None:
        """Follow the invitation in the mail, choose a password, set up the second factor."""
        self.open_mail("invit")
        self.heading("You are invited")
        self.write("New password", PASSWORD)
        self.press("Continue")
        self.set_up_second_factor()

    def confirm_if_asked(self) -> None:
        """Give password and a new code when the portal asks for them again."""
        if "/step-up" not in self.page.url:
            return
        assert self.authenticator
        self.write("Password", PASSWORD)
        self.write("Code", self.authenticator.code())
        self.press("Confirm")

    def sign_in(self) -> None:
        """Sign in with password and code."""
        assert self.authenticator
        self.go("/sign-in")
        self.write("Email address", self.email)
        self.write("Password", PASSWORD)
        self.press("Continue")
        self.write("Code", self.authenticator.code())
        self.press("Sign in")


def demo_told(name: str) -> dict[str, Any]:
    """The answers a patient of this name gives, by link id."""
    text = (
        DATA.read_text(encoding="utf-8").replace("{name}", name).replace("{first}", name.split(maxsplit=1)[0])
    )
    told: dict[str, Any] = json.loads(text)
    return told


class Patient(Person):
    """Registers, tells the history, adds reports, sends, reads the opinion."""

    def register(self) -> None:
        """From the landing page to the first signed-in page."""
        self.go("/")
        self.press("Start")
        self.write("Full name", self.name)
        self.write("Email address", self.email)
        self.write("Password", PASSWORD)
        self.press("Create account")
        self.open_mail("onfirm")
        self.write("Password", PASSWORD)
        self.press("Confirm and continue")
        self.set_up_second_factor()

    case = ""

    def start_request(self) -> None:
        """Open a new request and agree to what has to be agreed to."""
        if not self.page.get_by_role("button", name=re.compile("^Start")).count():
            self.go("/cases")
        self.follow(self.page.get_by_role("button", name=re.compile("^Start")).first)
        self.heading("Before you start")
        for box in self.page.locator("main input[type=checkbox]").all():
            self.hands.tick(box)
        self.hands.write(self.page.locator("input[name=signature]"), self.name)
        self.press("Agree and go on")
        self.case = "/cases/" + re.findall(r"SO-\w{4}-\w{4}", self.page.url)[0]

    def send(self, told: Mapping[str, Any]) -> None:
        """Check the answers, agree and send."""
        self.go(f"{self.case}/check")
        self.press("Continue to send")
        self.answer_page(told)
        self.press("Send my case")

    def answer_page(self, told: Mapping[str, Any]) -> None:
        """Fill in every question of the page that is shown."""
        asked = self.page.locator('input[name="asked"]').evaluate_all(
            "nodes => nodes.map(node => node.value)"
        )
        for link_id in asked:
            if link_id in told:
                self._answer(link_id, told[link_id])

    def _answer(self, link_id: str, value: Any) -> None:
        named = self.page.locator(f'[name="{link_id}"]')
        kind = named.first.evaluate("node => node.type") if named.count() else "date"
        if kind in {"radio", "checkbox"}:
            for each in value if isinstance(value, list) else [value]:
                self.hands.tick(self.page.locator(f'[name="{link_id}"][value="{each}"]'))
        elif kind == "select-one":
            self.hands.pick(named, str(value))
        elif kind == "date":
            for part, number in zip(("year", "month", "day"), str(value).split("-"), strict=False):
                self.hands.write(self.page.locator(f'[name="{link_id}-{part}"]'), number.lstrip("0"))
        else:
            for box, each in enumerate(value if isinstance(value, list) else [value]):
                self.hands.write(named.nth(box), str(each))

    def tell_history(self, told: Mapping[str, Any]) -> int:
        """Walk every part of the task list once; returns how many pages that took."""
        left = dict(told)
        pages = 0
        for task in self._tasks():
            self.go(task)
            while "/history/" in self.page.url:
                pages += 1
                assert pages < MOST_PAGES
                self._one_page(left)
        return pages

    def _tasks(self) -> list[str]:
        links = self.page.locator(
            'ul.govuk-task-list a[href*="/tasks/"], ul.govuk-task-list a[href*="/history/"]'
        )
        hrefs = links.evaluate_all("nodes => nodes.map(node => node.getAttribute('href'))")
        return [str(href) for href in hrefs]

    def _one_page(self, left: dict[str, Any]) -> None:
        add = self.page.get_by_role("button", name=re.compile("^Add (one|another)"))
        if not self.page.locator('input[name="asked"]').count():
            self._add_entries(add, left)
            return
        self.answer_page(left)
        self.press("Save and continue")

    def _add_entries(self, add: Any, left: dict[str, Any]) -> None:
        overview = self.page.url
        for group, entries in [(key, value) for key, value in left.items() if _is_group(value)]:
            self.follow(add)
            asked = self.page.locator('input[name="asked"]').first.get_attribute("value") or ""
            if not asked.startswith(f"{group}."):
                self.page.goto(overview)
                continue
            self._fill_entries(overview, entries, add)
            del left[group]
            break
        self.page.goto(overview)
        self.link_or_button("Continue")

    def _fill_entries(self, overview: str, entries: list[Mapping[str, Any]], add: Any) -> None:
        for number, entry in enumerate(entries):
            if number:
                self.page.goto(overview)
                self.follow(add)
            while self.page.locator('input[name="asked"]').count() and self.page.url != overview:
                self.answer_page(entry)
                self.press("Save and continue")

    def link_or_button(self, name: str) -> None:
        """Go on by whatever carries this name."""
        self.follow(self.page.locator("main").get_by_text(name, exact=True).last)

    def add_report(self, path: Path, kind: str) -> None:
        """Upload one file with its kind."""
        self.hands.pick(self.page.locator("select[name=kind]"), kind)
        self.page.locator("input[type=file]").set_input_files(path)
        self.press("Add files")


def _is_group(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)
