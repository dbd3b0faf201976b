"""Pictures of pages on a phone and on a desk, for our own eyes and for the README.

    python scripts/screenshots.py OUT URL [URL...]

``take`` is the reusable part: it works in any signed-in Playwright browser as well.
"""

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

WIDTHS = {"phone": 360, "desk": 1280}
HEIGHT = 800


@contextmanager
def browser() -> Iterator[Browser]:
    """The installed Chromium; its own sandbox cannot start for root, as in most containers."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()


def picture(page: Page, name: str, out: Path, *, full: bool = True) -> list[Path]:
    """The page as it is now, in both widths; returns the files."""
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for label, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": HEIGHT})
        file = out / f"{name}-{label}.png"
        page.screenshot(path=file, full_page=full)
        files.append(file)
    return files


def take(addresses: Iterable[str], out: Path) -> list[Path]:
    """Pictures of pages that need no sign-in."""
    with browser() as chromium:
        page = chromium.new_page()
        files = []
        for address in addresses:
            page.goto(address)
            name = re.sub(r"[^a-z0-9]+", "-", urlsplit(address).path.lower()).strip("-") or "start"
            files += picture(page, name, out)
        return files


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for written in take(sys.argv[2:], Path(sys.argv[1])):
        print(written)
