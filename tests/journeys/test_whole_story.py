"""The whole story with several browsers at once: from the landing page to an opinion the patient has read.

Everybody works with the keyboard alone, on a phone or a desk; axe looks at every kind of page on the way.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from portal.demo.reports import make_reports
from tests.conftest import SHARED
from tests.support.server import RunningPortal
from tests.support.story import Patient, Person, demo_told

pytestmark = pytest.mark.journey

RENDERED = SHARED / "data" / "reports" / "rendered"
REAL = {
    "ngs_cegat__scan200.pdf": "biomarker",
    "tcga1_25__mono.pdf": "pathology",
    "mts_1449__photo_p1.jpg": "other",
}
ASKED = "Please add the report of your last scan, or write that you do not have it."
REPLY = "I do not have it. The clinic in my town does."
OPINION = "A summary written for this test."


def _reports(folder: Path, name: str) -> list[tuple[Path, str]]:
    """Real report files where they are, and reports made here always."""
    made = []
    for report in make_reports(name, "April 12, 1968"):
        path = folder / report.file_name
        path.write_bytes(report.content)
        made.append((path, report.kind))
    real = [(RENDERED / name, kind) for name, kind in REAL.items() if (RENDERED / name).exists()]
    return made + real


def _wait_until_ready(person: Person, case: str, files: int) -> None:
    """Look again until the worker has checked every file."""
    for _ in range(90):
        person.page.goto(f"{case}/documents")
        if person.page.get_by_text("Ready", exact=True).count() == files:
            person.look()
            return
        person.page.wait_for_timeout(1000)
    raise AssertionError(f"{files} files were not ready: {person.page.inner_text('main')}")


def _download(person: Person, link: Locator) -> bytes:
    with person.page.expect_download() as download:
        person.hands.press(link)
    return Path(download.value.path()).read_bytes()


@pytest.mark.timeout(900)
def test_from_sign_up_to_a_released_opinion(
    open_browser: Callable[..., BrowserContext], portal: RunningPortal, tmp_path: Path
) -> None:
    ana = Patient(open_browser(phone=True), "Ana Testpatient", "ana@example.org", keyboard=True)
    carl = Person(open_browser(), "Carl Example", "carl@example.org", keyboard=True)
    rhea = Person(open_browser(), "Rhea Example", "rhea@example.org", keyboard=True)
    near = Person(open_browser(), "Nora Example", "nora@example.org", keyboard=True)

    files = _given_a_patient_who_told_everything(ana, tmp_path)
    _given_staff_who_accepted_their_invitations(portal, carl, rhea, near)
    reference = ana.case.rsplit("/", 1)[1]

    _when_the_coordinator_asks_and_the_patient_answers(carl, ana, reference)
    _when_the_case_is_offered(carl, reference)
    _then_the_reviewer_sees_the_offer_without_identity(rhea, ana)
    _when_the_reviewer_accepts_reads_and_signs(rhea, ana, reference, files)
    _when_the_coordinator_releases(carl, reference)
    _then_the_patient_reads_the_opinion(ana)
    _then_the_former_strangers_see_nothing(near, reference)
    assert "intact" in portal.flask("audit", "verify")


def _given_a_patient_who_told_everything(ana: Patient, folder: Path) -> int:
    ana.register()
    ana.start_request()
    ana.tell_history(demo_told(ana.name))
    reports = _reports(folder, ana.name)
    for path, kind in reports:
        ana.go(f"{ana.case}/documents")
        ana.add_report(path, kind)
    _wait_until_ready(ana, ana.case, len(reports))
    ana.press("Demo liver biopsy report.pdf")
    image = ana.page.locator("main img").first
    expect(image).to_be_visible()
    assert image.evaluate("image => image.complete && image.naturalWidth > 800")
    ana.send(demo_told(ana.name))
    return len(reports)


def _given_staff_who_accepted_their_invitations(portal: RunningPortal, *people: Person) -> None:
    roles = ("coordinator", "reviewer", "reviewer")
    for person, role in zip(people, roles, strict=True):
        portal.flask("accounts", "invite", person.email, "--role", role, "--name", person.name)
        person.accept_invitation()
    for reviewer, institution in ((people[1], "Far Institute"), (people[2], "Demo Lakeside Hospital")):
        reviewer.go("/offers/profile")
        reviewer.write("Institution", institution)
        reviewer.write("Subspecialty", "Breast medical oncology")
        reviewer.hands.write(reviewer.page.locator("[name=licensed_states]"), "OH")
        reviewer.hands.write(reviewer.page.locator("[name=languages]"), "English")
        reviewer.press("Save")


def _when_the_coordinator_asks_and_the_patient_answers(carl: Person, ana: Patient, reference: str) -> None:
    carl.go("/triage")
    carl.press(reference)
    carl.press("Start working on this case")
    carl.go(f"/triage/{reference}/ask")
    carl.hands.write(carl.page.locator("textarea"), ASKED)
    carl.press("Send the request")
    ana.open_mail("question")
    ana.go(f"{ana.case}/messages")
    ana.sees(ASKED)
    ana.hands.write(ana.page.locator("textarea"), REPLY)
    ana.press("Send")
    carl.go(f"/triage/{reference}")
    carl.follow(carl.page.get_by_role("button", name=re.compile("^Mark ready")).first)


def _when_the_case_is_offered(carl: Person, reference: str) -> None:
    carl.press("Choose a reviewer")
    carl.sees("Demo Lakeside Hospital")
    assert not carl.page.get_by_role("radio", name="Nora Example").count()
    carl.hands.tick(carl.page.get_by_role("radio", name="Rhea Example"))
    carl.press("Offer the case")


def _then_the_reviewer_sees_the_offer_without_identity(rhea: Person, ana: Patient) -> None:
    rhea.open_mail("offer")
    rhea.go("/offers")
    rhea.follow(rhea.page.locator('main a[href^="/offers/"]:not([href$="profile"])').first)
    offer = rhea.page.url
    rhea.press("Look at the case without the patient’s identity")
    for secret in (*ana.name.split(), "1968-04-12", "Demo Lakeside Hospital"):
        assert secret not in rhea.page.inner_text("main")
    rhea.go(offer)
    rhea.press("Accept this case")


def _when_the_reviewer_accepts_reads_and_signs(
    rhea: Person, ana: Patient, reference: str, files: int
) -> None:
    rhea.go(f"/reviews/{reference}")
    rhea.sees("Is a clinical trial something I should look at now?")
    rhea.go(f"/reviews/{reference}/package")
    _then_the_package_is_whole(rhea, reference, files)
    rhea.go(f"/reviews/{reference}")
    for box in rhea.page.locator("main textarea").all():
        rhea.hands.write(box, OPINION)
    rhea.press("Save, check and sign")
    rhea.confirm_if_asked()
    rhea.heading("Check and sign")
    rhea.press("Sign the opinion")


def _then_the_package_is_whole(rhea: Person, reference: str, files: int) -> None:
    rhea.page.goto("/step-up?next=/reviews")
    rhea.confirm_if_asked()
    rhea.go(f"/reviews/{reference}/package")
    link = rhea.page.locator('main a[href$="package.zip"]').first
    package = zipfile.ZipFile(io.BytesIO(_download(rhea, link)))
    assert package.testzip() is None
    names = package.namelist()
    manifest = json.loads(package.read(next(name for name in names if name.endswith("manifest.json"))))
    assert manifest["edition"] == 1
    assert sum(name.startswith("originals/") or "/originals/" in name for name in names) == files


def _when_the_coordinator_releases(carl: Person, reference: str) -> None:
    carl.open_mail("signed")
    carl.go(f"/triage/{reference}/opinion")
    carl.sees(OPINION)
    release = carl.page.get_by_role("button", name=re.compile("^Release")).first
    carl.follow(release)
    if "/step-up" in carl.page.url:
        carl.confirm_if_asked()
        carl.follow(release)


def _then_the_patient_reads_the_opinion(ana: Patient) -> None:
    ana.open_mail("opinion")
    ana.go(f"{ana.case}/opinion")
    ana.heading("Your second opinion")
    ana.sees(OPINION)
    pdf = _download(ana, ana.page.locator('main a[href$="opinion.pdf"]').first)
    assert pdf.startswith(b"%PDF-")


def _then_the_former_strangers_see_nothing(near: Person, reference: str) -> None:
    for path in (f"/reviews/{reference}", f"/cases/{reference}/documents", f"/cases/{reference}/opinion"):
        response = near.page.goto(path)
        assert response is not None
        assert response.status == 404
