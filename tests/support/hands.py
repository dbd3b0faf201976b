"""Two ways to use a page: a mouse (or finger), or the keyboard alone."""

from typing import Protocol

from playwright.sync_api import Locator, Page

MOST_TABS = 250


class Hands(Protocol):
    """What a person does to the controls of a page."""

    def press(self, target: Locator) -> None:
        """Follow a link or push a button."""

    def write(self, target: Locator, text: str) -> None:
        """Put text into a box."""

    def tick(self, target: Locator) -> None:
        """Choose a radio button or tick a box."""

    def pick(self, target: Locator, value: str) -> None:
        """Choose from a drop-down list."""


class Mouse:
    """Clicks and types."""

    def press(self, target: Locator) -> None:
        """Click."""
        target.click()

    def write(self, target: Locator, text: str) -> None:
        """Fill."""
        target.fill(text)

    def tick(self, target: Locator) -> None:
        """Click the control if it is not chosen yet."""
        target.check()

    def pick(self, target: Locator, value: str) -> None:
        """Select by value."""
        target.select_option(value)


class Keyboard:
    """Reaches everything with Tab and works it with keys; fails when something cannot be reached."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, target: Locator) -> None:
        """Tab there, then Enter."""
        self._reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        """Tab there, replace what is in the box."""
        self._reach(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(text)

    def tick(self, target: Locator) -> None:
        """Space on a box; arrow keys within a group of radio buttons."""
        if target.is_checked():
            return
        if target.get_attribute("type") == "checkbox":
            self._reach(target)
            self.page.keyboard.press("Space")
            return
        group = self.page.locator(f'input[type=radio][name="{target.get_attribute("name")}"]')
        self._reach_one_of(group)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if target.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        assert target.is_checked()

    def pick(self, target: Locator, value: str) -> None:
        """Type the option's words into the list."""
        self._reach(target)
        words = target.locator(f'option[value="{value}"]').inner_text()
        self.page.keyboard.type(words)
        assert target.input_value() == value

    def _reach(self, target: Locator) -> None:
        self._reach_one_of(target)

    def _reach_one_of(self, targets: Locator) -> None:
        focused = "nodes => nodes.includes(document.activeElement)"
        targets.first.wait_for(state="attached")
        for _ in range(MOST_TABS):
            if targets.evaluate_all(focused):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached with {MOST_TABS} tabs: {targets}")
