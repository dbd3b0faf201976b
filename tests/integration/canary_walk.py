"""One case through every room, with a canary in every field that says who somebody is or how they are."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pikepdf
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from portal.accounts.models import User
from portal.core.actor import Actor, Role
from portal.core.db import Database
from portal.jobs import registry
from portal.jobs.worker import Worker
from portal.knowledge.questionnaire import ItemType
from portal.routing.models import Offer, ReviewerProfile
from tests.integration.accounts.kit import PASSWORD, link
from tests.integration.intake import walking
from tests.support import reports
from tests.support.canaries import CANARY
from tests.support.pages import PortalClient
from tests.support.people import SignedIn, actor_of, make_user

EVERY = 4096
LARGE = 3 * 1024 * 1024


def report() -> bytes:
    """A PDF with the canary in its text, and in every 4 KiB of a stream as it is."""
    out = io.BytesIO()
    block = CANARY.encode().ljust(EVERY, b".")
    with pikepdf.open(io.BytesIO(reports.pdf(body=f"{CANARY} positive"))) as pdf:
        pdf.Root.Canary = pdf.make_indirect(pdf.make_stream(block * (LARGE // EVERY)))
        pdf.save(out, compress_streams=False)
    return out.getvalue()


@dataclass
class Walk:
    """The people of one case and what they do, through the pages."""

    app: Flask
    client: PortalClient
    signed_in: SignedIn
    monkeypatch_answer: Callable[[Any], None]

    def work(self) -> None:
        """Do every job that waits."""
        registry.load()
        Worker(self.database, self.app.app_context).drain()

    @property
    def database(self) -> Database:
        """The application's database."""
        found: Database = self.app.extensions["database"]
        return found

    def send(self, url: str, data: dict[str, Any] | None = None) -> str:
        """Post a form that must be taken; where it leads."""
        answer = self.client.submit(url, data or {})
        assert answer.status_code in {201, 303}, (url, answer.status_code, answer.get_data(as_text=True))
        return answer.location or ""

    def patient(self) -> Actor:
        """Register, and confirm by the link in the mail."""
        email = f"{CANARY}@example.org"
        self.client.submit("/sign-in", {"email": f"x{email}", "password": PASSWORD + CANARY})
        self.send("/register", {"name": f"Ana {CANARY}", "email": email, "password": PASSWORD})
        self.send(link(self.app), {"password": PASSWORD})
        with self.database.session() as session:
            return actor_of(session.scalars(select(User)).one())

    def staff(self, role: Role) -> Actor:
        """Somebody of the service, with a canary for a name."""
        with self.database.session(write=True) as session:
            actor = actor_of(
                make_user(session, role, name=f"Dr. {CANARY} {role}", email=f"{CANARY}.{role}@example.net")
            )
            if role is Role.REVIEWER:
                session.add(
                    ReviewerProfile(
                        user_id=actor.user_id,
                        institution="Lakeside University",
                        subspecialty="Breast oncology",
                        licensed_states=["WA"],
                        languages=["en"],
                        conflicts=[],
                        capacity=3,
                    )
                )
            session.commit()
        return actor

    def tell_and_send(self) -> walking.Walker:
        """Every answer, three files, and the case is sent."""
        walker = walking.start(self.app, self.client, self.signed_in.actor or Actor.system())
        self.monkeypatch_answer(answer_with_canary)
        for task in walker.pack.tasks:
            walker.fill_task(task.key)
        url, pdf = f"{walker.base}/documents", report()
        files = [
            FileStorage(io.BytesIO(pdf), f"{CANARY}.pdf"),
            FileStorage(io.BytesIO(reports.scan()), f"{CANARY} ü.png"),
        ]
        boundary, body = encode_multipart(MultiDict({"kind": ["pathology"], "files": files}))
        form = f"multipart/form-data; boundary={boundary}"
        assert self.client.post(url, data=body, content_type=form).status_code == 303
        raw = {"X-Document-Kind": "biomarker", "X-File-Name": f"raw-{CANARY}.pdf"}
        kind = "application/octet-stream"
        assert self.client.post(f"{url}/raw", data=pdf, headers=raw, content_type=kind).status_code == 201
        refused = {"X-Document-Kind": "other", "X-File-Name": f"{CANARY}.pdf"}
        answer = self.client.post(f"{url}/raw", data=pdf[:-99], headers=refused, content_type=kind)
        assert answer.status_code == 422
        self.work()
        data, _ = walker.form(f"{walker.base}/send")
        self.send(f"{walker.base}/send", {**data, **walker.pack.sending_needed})
        return walker

    def offer(self, reference: str, reviewer: Actor) -> str:
        """Offer the case; the address of the offer."""
        self.send(f"/triage/{reference}/offer", {"reviewer_id": reviewer.user_id})
        with self.database.session() as session:
            found = session.scalars(
                select(Offer.id).where(Offer.reviewer_id == reviewer.user_id, Offer.state == "offered")
            )
            return f"/offers/{found.one()}"

    def release(self, reference: str) -> None:
        """Triage, two offers, review, opinion, release, and the patient reads it."""
        patient = self.signed_in.actor
        coordinator, no, yes = (self.staff(r) for r in (Role.COORDINATOR, Role.REVIEWER, Role.REVIEWER))
        desk, review, messages = (
            f"/triage/{reference}",
            f"/reviews/{reference}",
            f"/cases/{reference}/messages",
        )
        self.signed_in.as_(coordinator)
        self.send(f"{desk}/take")
        self.send(f"{desk}/ask", {"body": f"Where is {CANARY}?"})
        self.signed_in.as_(patient)
        asked = next(name for name in self.client.page(messages).ids if name.startswith("message-"))
        self.send(messages, {"body": f"Here is {CANARY}", "about": asked.removeprefix("message-")})
        self.signed_in.as_(coordinator)
        self.send(f"{desk}/ready")
        offer = self.offer(reference, no)
        self.signed_in.as_(no)
        self.client.page(offer)
        self.client.page(f"{review}/preview")
        self.send(f"{offer}/decline", {"reason": f"I know {CANARY}"})
        self.signed_in.as_(coordinator)
        offer = self.offer(reference, yes)
        self.signed_in.as_(yes)
        self.send(f"{offer}/accept")
        workspace = self.client.page(review)
        texts = {
            name: f"{CANARY} in words"
            for name in workspace.ids
            if name.startswith("answer_") or name in {"summary", "assessment", "limits"}
        }
        assert len(texts) > 3
        self.send(review, {**texts, "version": "0"})
        self.send(f"{review}/sign", {"version": self.client.page(f"{review}/sign").hidden["version"]})
        for path in ("package", "package.zip", "answers"):
            assert self.client.get(f"{review}/{path}").status_code == 200
        self.signed_in.as_(coordinator)
        self.client.page(f"{desk}/opinion")
        self.send(f"{desk}/opinion")
        self.work()
        self.signed_in.as_(patient)
        assert CANARY in self.client.page(f"/cases/{reference}/opinion").text
        assert self.client.get(f"/cases/{reference}/opinion.pdf").status_code == 200
        assert CANARY in self.client.page(f"/cases/{reference}/check").text
        self.client.page(f"/cases/{reference}/access")


def answer_with_canary(item: Any) -> dict[str, object]:
    """What any answer is, with the canary wherever a person may type words."""
    if item.type is ItemType.OPEN_CHOICE:
        return {item.link_id: "__other__", f"{item.link_id}-other": f"{CANARY} in other words"}
    answer = _plain_answer(item)
    return {
        key: f"{CANARY} {value}" if str(value).startswith("words about") else value
        for key, value in answer.items()
    }


_plain_answer = walking.an_answer
