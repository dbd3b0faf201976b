"""Every page of a case x every relation to it x every status: the access table decides, and nothing else.

A page that may not be reached is answered exactly like one of a case that does not exist. Only
a person who sees the case, and whose step came too early or too late, is told so instead.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.cases import permissions, services
from portal.cases.models import Case, CaseStatus, Relation
from portal.cases.permissions import Action
from portal.core.access import declaration_of
from portal.core.actor import Actor, Role
from portal.core.permissions import allows
from portal.vault.services import Vault
from tests.support.cases import PATH, make_case
from tests.support.pages import PortalClient
from tests.support.people import SignedIn, actor_of, make_user

UNKNOWN = "SO-2222-2222"

ACTION = {
    "documents.add": Action.DOCUMENT_UPLOAD,
    "documents.add_raw": Action.DOCUMENT_UPLOAD,
    "documents.original": Action.DOCUMENT_READ,
    "documents.page_image": Action.DOCUMENT_READ,
    "documents.remove": Action.DOCUMENT_DELETE,
    "documents.reports": Action.DOCUMENT_READ,
    "documents.viewer": Action.DOCUMENT_READ,
    "intake.access": Action.CASE_READ,
    "intake.call_now": Action.CASE_READ,
    "intake.check": Action.HISTORY_READ,
    "intake.confirm_remove": Action.HISTORY_EDIT,
    "intake.consents": Action.CASE_READ,
    "intake.page": Action.HISTORY_EDIT,
    "intake.remove": Action.HISTORY_EDIT,
    "intake.save": Action.HISTORY_EDIT,
    "intake.save_step": Action.HISTORY_EDIT,
    "intake.send": Action.CASE_READ,
    "intake.step": Action.HISTORY_EDIT,
    "intake.task": Action.HISTORY_EDIT,
    "intake.task_list": Action.CASE_READ,
    "intake.withdraw": Action.CASE_WITHDRAW,
    "messages.thread": Action.MESSAGE_READ,
    "messages.write": Action.MESSAGE_WRITE,
    "opinions.confirm_signature": Action.OPINION_WRITE,
    "opinions.pdf": Action.OPINION_READ,
    "opinions.read": Action.OPINION_READ,
    "opinions.release": Action.OPINION_RELEASE,
    "opinions.review": Action.OPINION_READ,
    "opinions.save": Action.OPINION_WRITE,
    "opinions.sign": Action.OPINION_WRITE,
    "opinions.workspace": Action.OPINION_READ,
    "packages.answers": Action.PACKAGE_READ,
    "packages.download": Action.PACKAGE_READ,
    "packages.package": Action.PACKAGE_READ,
    "packages.part": Action.PACKAGE_READ,
    "packages.preview": Action.PACKAGE_PREVIEW,
    "triage.ask": Action.INFORMATION_ASK,
    "triage.back": Action.CASE_READ,
    "triage.choose": Action.OFFER_MAKE,
    "triage.close": Action.CASE_CLOSE,
    "triage.desk": Action.CASE_READ,
    "triage.offer": Action.OFFER_MAKE,
    "triage.ready": Action.CASE_READY,
    "triage.send_request": Action.INFORMATION_ASK,
    "triage.take": Action.CASE_TAKE,
    "triage.withdraw": Action.OFFER_WITHDRAW,
}
MOVED_ON = {303, 409}
ALWAYS_THERE = {"documents.reports", "intake.task_list", "intake.check", "triage.desk"}
VALUES = {"number": 1, "document_id": "0" * 32, "name": "synopsis.pdf", "audience": "patient"}


@dataclass(frozen=True)
class Someone:
    """A person and the relations their current grants give."""

    label: str
    actor: Actor
    granted: frozenset[Relation]


def _people(session: Session, case: Case, owner: Actor) -> Iterator[Someone]:
    def add(label: str, role: Role, relation: Relation | None = None, *, ended: bool = False) -> Someone:
        actor = actor_of(make_user(session, role))
        if relation:
            services.grant(session, case, actor.user_id or "", relation, actor=Actor.system())
        if ended:
            services.end_grants(session, case, user_id=actor.user_id, actor=Actor.system())
        return Someone(label, actor, frozenset() if ended or not relation else frozenset({relation}))

    yield Someone("owner", owner, frozenset({Relation.OWNER}))
    yield add("another patient", Role.PATIENT)
    yield add("caregiver", Role.CAREGIVER, Relation.CAREGIVER)
    yield add("former caregiver", Role.CAREGIVER, Relation.CAREGIVER, ended=True)
    yield add("coordinator", Role.COORDINATOR)
    yield add("offered reviewer", Role.REVIEWER, Relation.OFFERED)
    yield add("assigned reviewer", Role.REVIEWER, Relation.ASSIGNED)
    yield add("former reviewer", Role.REVIEWER, Relation.ASSIGNED, ended=True)
    yield add("another reviewer", Role.REVIEWER)
    yield add("administrator", Role.ADMIN)
    yield add("auditor", Role.AUDITOR)


def _pages(app: Flask, reference: str) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of everything below a case."""
    adapter = app.url_map.bind("localhost")
    return [
        (rule.endpoint, method, adapter.build(rule.endpoint, _values(rule.arguments, reference)))
        for rule in app.url_map.iter_rules()
        if "reference" in rule.arguments
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _values(arguments: set[str], reference: str) -> dict[str, object]:
    return {name: reference if name == "reference" else VALUES.get(name, "x") for name in arguments}


def test_every_page_of_a_case_is_in_the_table(app: Flask) -> None:
    assert {endpoint for endpoint, _, _ in _pages(app, UNKNOWN)} == set(ACTION)


@pytest.mark.parametrize("status", list(PATH), ids=lambda status: status.value)
def test_the_access_table_decides(
    app: Flask, client: PortalClient, signed_in: SignedIn, status: CaseStatus
) -> None:
    vault: Vault = app.extensions["vault"]
    with app.extensions["database"].session(write=True) as session:
        owner = actor_of(make_user(session, Role.PATIENT))
        case = make_case(session, status, owner=owner)
        vault.create_case_key(case.id)
        people = list(_people(session, case, owner))
        session.commit()
    wrong = []
    for someone in people:
        signed_in.as_(someone.actor)
        refusal = _body(client, "GET", f"/cases/{UNKNOWN}")
        for endpoint, method, url in _pages(app, case.reference):
            if not _may(app, endpoint, someone, case):
                answer = _body(client, method, url)
                if answer != refusal and not (
                    answer[0] in MOVED_ON and _sees_it_move(endpoint, someone, case)
                ):
                    wrong.append(f"{someone.label} reached {method} {url} ({answer[0]})")
            elif method == "GET" and endpoint in ALWAYS_THERE and _body(client, method, url)[0] == 404:
                wrong.append(f"{someone.label} was refused {url}")
    assert not wrong, "\n".join(wrong)


def _may(app: Flask, endpoint: str, someone: Someone, case: Case) -> bool:
    declared = declaration_of(app.view_functions[endpoint])
    assert declared is not None
    assert declared.permission is not None
    return allows(someone.actor.role, declared.permission) and permissions.may(
        someone.actor, case, ACTION[endpoint], someone.granted
    )


def _sees_it_move(endpoint: str, someone: Someone, case: Case) -> bool:
    """Whether the person sees the case and could do this in another status: they are told so."""
    relations = permissions.relations_of(someone.actor, someone.granted)
    ever = any(permissions.table()[ACTION[endpoint]].get(relation) for relation in relations)
    return ever and permissions.may(someone.actor, case, Action.CASE_READ, someone.granted)


def _body(client: PortalClient, method: str, url: str) -> tuple[int, bytes]:
    response = client.open(url, method=method)
    return response.status_code, re.sub(rb'(nonce|value)="[^"]*"', b"", response.get_data())
