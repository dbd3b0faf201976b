"""Pictures of pages on a phone and on a desk, for our own eyes and for the README.

python scripts/screenshots.py OUT URL [URL...]   pages that need no sign-in
python scripts/screenshots.py readme             the pictures of the README, of demo cases, into docs/images
python scripts/screenshots.py tour OUT           first and main pages of every role, to look at
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.server import RunningPortal, running_portal  # noqa: E402 - needs the path above

IMAGES = ROOT / "docs" / "images"
WIDTHS = {"phone": 360, "desk": 1280}
HEIGHT = 800


@dataclass(frozen=True)
class Shot:
    """A page of the demonstration: who looks at it, where it is, and what to call the picture."""

    person: str
    address: str
    name: str
    widths: tuple[str, ...] = tuple(WIDTHS)


README: list[Shot] = [
    Shot("patient7", "/cases/{draft}", "task-list", ("phone",)),
    Shot("coordinator", "/triage", "queue", ("desk",)),
    Shot("reviewer", "/reviews/{in_review}", "workspace", ("desk",)),
    Shot("patient5", "/cases/{released}/opinion", "opinion", ("phone",)),
]
TOUR: list[Shot] = [
    *(replace(shot, widths=tuple(WIDTHS)) for shot in README),
    Shot("patient7", "/cases", "cases"),
    Shot("patient7", "/cases/{draft}/documents", "documents"),
    Shot("patient7", "/cases/{draft}/check", "check"),
    Shot("patient7", "/cases/{draft}/messages", "messages"),
    Shot("patient7", "/account", "account"),
    Shot("coordinator", "/triage/{submitted}", "desk"),
    Shot("reviewer", "/offers", "offers"),
    Shot("reviewer", "/reviews", "worklist"),
    Shot("reviewer", "/reviews/{in_review}/package", "package"),
    Shot("admin", "/admin/people", "people"),
    Shot("admin", "/admin/jobs", "jobs"),
    Shot("auditor", "/audit", "audit"),
]


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


def picture(
    page: Page, name: str, out: Path, *, full: bool = True, widths: Iterable[str] = WIDTHS
) -> list[Path]:
    """The page as it is now, in each width; returns the files. Complains of pages wider than the screen."""
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for label in widths:
        width = WIDTHS[label]
        page.set_viewport_size({"width": width, "height": HEIGHT})
        file = out / f"{name}-{label}.png"
        page.screenshot(path=file, full_page=full)
        files.append(file)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            print(f"{name}: wider than {width} pixels", file=sys.stderr)
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


def sign_in(page: Page, portal: RunningPortal, person: str) -> None:
    """Sign in as a demo person, with the code that is valid now."""
    said = portal.flask("demo", "people")
    password = said.split("password:")[1].splitlines()[0].strip()
    email, code = re.findall(rf"({person}@\S+)\s+code (\d+)", said)[0]
    page.goto(f"{portal.url}/sign-in")
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(password)
    page.locator("main button[type=submit]").click()
    page.locator("main input[name=code]").fill(code)
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "second-factor" not in url)


def take_demo(shots: list[Shot], out: Path, *, full: bool) -> list[Path]:
    """Start a portal of its own with the demo cases and picture ``shots``."""
    files = []
    with tempfile.TemporaryDirectory() as directory, running_portal(Path(directory)) as portal:
        portal.flask("demo", "load")
        listed = (line.split("\t") for line in portal.flask("cases", "list").splitlines())
        references = {state: reference for reference, state in listed}
        with browser() as chromium:
            pages: dict[str, Page] = {}
            for shot in shots:
                if shot.person not in pages:
                    pages[shot.person] = chromium.new_page()
                    sign_in(pages[shot.person], portal, shot.person)
                page = pages[shot.person]
                answer = page.goto(portal.url + shot.address.format(**references))
                if answer is None or not answer.ok:
                    print(f"{shot.name}: {answer and answer.status}", file=sys.stderr)
                files += picture(page, shot.name, out, full=full, widths=shot.widths)
    return files


def main(arguments: list[str]) -> list[Path]:
    """What the arguments ask for."""
    if arguments == ["readme"]:
        return take_demo(README, IMAGES, full=False)
    if len(arguments) == 2 and arguments[0] == "tour":
        return take_demo(TOUR, Path(arguments[1]), full=True)
    if len(arguments) > 1:
        return take(arguments[1:], Path(arguments[0]))
    sys.exit(__doc__)


if __name__ == "__main__":
    for written in main(sys.argv[1:]):
        print(written)
