"""Pages a second ÷ a bare Flask page: ``python bench/pages.py [--rounds 9] [--seconds 1]``.

The signed-in patient's task list and the coordinator's queue with 50 rows, each against a constant page of
an empty Flask application under the same web server with the same settings. The sides take turns; the
ratio is the median of its rounds.
"""

import argparse
import statistics
import sys
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.load import requests_per_second
from bench.support import Client, Portal, free_port, make_case, make_person, process, running_portal
from portal.cases import history
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.supervisor import portal_commands
from portal.intake import services as intake
from portal.knowledge import loader

ROWS = 50
CONNECTIONS = 4
WANTED = {"patient task list": 0.15, "coordinator queue, 50 rows": 0.08}
ANSWERS = [
    {"linkId": "a.name", "answer": [{"valueString": "Bench Patient"}]},
    {"linkId": "a.dob", "answer": [{"valueDate": "1970-01-01"}]},
]


def task_list(portal: Portal, patient: Actor) -> str:
    """The address of the task list of a case with its consents given and a few answers."""
    case_id = make_case(portal, patient).id
    with portal.database.session(write=True) as session:
        case, pack = session.get_one(Case, case_id), loader.pack()
        case.pack_version = pack.version
        intake.give_consents(session, case, pack.consents, patient.name, actor=patient)
        history.save(session, case, "sec.A", ANSWERS, actor=patient)
        session.commit()
        return f"/cases/{case.reference}"


def queue(portal: Portal, patient: Actor) -> str:
    """The address of a queue with 50 cases, in the states a real one has."""
    steps = (CaseStatus.SUBMITTED, CaseStatus.TRIAGE, CaseStatus.READY)
    pack = loader.pack()
    with portal.database.session(write=True) as session:
        for row in range(ROWS):
            case = cases.create_draft(session, actor=patient, pack=pack.id, pack_version=pack.version)
            for step in steps[: row % len(steps) + 1]:
                cases.change_status(session, case, step, actor=Actor.system())
        session.commit()
    return "/triage"


def looked_at(client: Client, path: str, marker: bytes, count: int) -> tuple[str, str]:
    """The address and the cookie of a page, after a look that it is the page it should be."""
    if client.get(path).count(marker) < count:
        raise RuntimeError(f"{path} is not the page it should be")
    return path, client.headers["Cookie"]


def rates(portal: Portal, bare: int, pages: dict[str, tuple[str, str]], rounds: int, seconds: float) -> bool:
    """Measure in turns, print the ratios, and tell whether all are met.

    A page is compared with the bare page just before and just after it, so that what else runs on the
    machine meanwhile hits both sides alike.
    """

    def load(port: int, path: str, cookie: str = "") -> float:
        return requests_per_second(port, path, cookie, seconds=seconds, connections=CONNECTIONS)

    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in pages}
    for name, page in pages.items():
        load(portal.port, *page)
        load(bare, "/")
        before = load(bare, "/")
        for _ in range(rounds):
            figure, after = load(portal.port, *page), load(bare, "/")
            taken[name].append((figure, (before + after) / 2))
            before = after
    met = True
    for name, pairs in taken.items():
        ratio = statistics.median(figure / hello for figure, hello in pairs)
        figure, hello = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{name} ÷ bare Flask: {ratio:.3f}, wanted ≥ {WANTED[name]}")
        print(f"    {figure:.0f} ÷ {hello:.0f} pages/s, medians of {rounds}")
        met = met and ratio >= WANTED[name]
    return met


def main() -> int:
    """Print the ratios; 1 when one of them is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    port = free_port()
    *server, _target = portal_commands(port)[0].arguments
    with process([*server, "bench.hello:app"], port, {}), running_portal() as portal:
        patient, coordinator = make_person(portal, Role.PATIENT), make_person(portal, Role.COORDINATOR)
        with closing(Client(portal, patient)) as theirs, closing(Client(portal, coordinator)) as ours:
            pages = {
                "patient task list": looked_at(theirs, task_list(portal, patient), b"<h1", 1),
                "coordinator queue, 50 rows": looked_at(ours, queue(portal, patient), b"<tr>", ROWS + 1),
            }
            return 0 if rates(portal, port, pages, options.rounds, options.seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
