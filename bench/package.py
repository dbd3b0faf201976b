"""The ZIP of a 1 GiB case from a real server, against plain decryption of the same objects in the same run.

``make bench-package`` prints, for the disk store and an S3 endpoint: throughput as a ratio, the time to the
first byte and the peak memory of the server. ``--mib`` changes the size, ``--rounds`` how often.
"""

import argparse
import os
import re
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.support import MIB, Client, Portal, make_case, make_person, running_portal, s3_endpoint
from portal import create_app
from portal.cases import services as cases
from portal.cases.models import Case, CaseStatus
from portal.core.actor import Actor, Role
from portal.core.clock import now
from portal.documents.models import Document, DocumentState
from portal.knowledge import loader
from portal.packages import services as packages
from portal.packages.services import SealedEdition
from portal.vault.services import Vault

DOCUMENTS = 8
RATIO, FIRST_BYTE, MEMORY = 0.7, 0.5, 150


def fill(portal: Portal, vault: Vault, mib: int) -> SealedEdition:
    """A sealed case whose originals have ``mib`` MiB together."""
    patient = make_person(portal, Role.PATIENT)
    made = make_case(portal, patient, CaseStatus.TRIAGE)
    block = os.urandom(MIB)
    with portal.database.session(write=True) as session:
        case = session.get_one(Case, made.id)
        case.pack_version = loader.pack(case.pack).version
        for number in range(DOCUMENTS):
            with vault.write(case.id) as writer:
                for _ in range(mib // DOCUMENTS):
                    writer.write(block)
                stored = writer.finish()
            document = Document(
                case_id=case.id,
                kind="imaging",
                media_type="application/zip",
                state=DocumentState.READY.value,
                started_at=now(),
                created_at=now(),
                object_id=stored.object_id,
                manifest=stored.manifest,
                size=stored.size,
            )
            document.sha256, document.file_name = stored.sha256, f"scan {number}.zip"
            session.add(document)
        cases.change_status(session, case, CaseStatus.READY, actor=Actor.system())
        package = packages.seal(session, vault, case, actor=Actor.system())
        sealed = packages.sealed_edition(session, case, package)
        session.commit()
    return sealed


def decrypt(vault: Vault, sealed: SealedEdition) -> float:
    """Bytes a second of reading and decrypting every part, and nothing else."""
    started, size = time.perf_counter(), 0
    for part in sealed.parts:
        for chunk in vault.open(sealed.case_id, part.object_id, part.manifest).chunks():
            size += len(chunk)
    return size / (time.perf_counter() - started)


def download(client: Client, sealed: SealedEdition) -> tuple[float, float]:
    """Bytes a second of the ZIP over HTTP, and seconds to its first byte.

    The kernel throws the bytes away (``MSG_TRUNC``): what a client does with them is not measured.
    """
    headers = "".join(f"{name}: {value}\r\n" for name, value in client.headers.items())
    host, port = client.connection.host, client.connection.port
    start = f"GET /reviews/{sealed.reference}/package.zip HTTP/1.1\r\nHost: {host}:{port}\r\n"
    started = time.perf_counter()
    with socket.create_connection((host, port)) as connection:
        connection.sendall(f"{start}{headers}\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        first = time.perf_counter() - started
        head, _, body = head.partition(b"\r\n\r\n")
        found = re.match(rb"HTTP/1.1 200 .*content-length: (\d+)", head, re.DOTALL | re.IGNORECASE)
        if found is None or int(found[1]) != sealed.zip_size:
            raise RuntimeError(head.decode())
        left, buffer = sealed.zip_size - len(body), bytearray(MIB)
        while left:
            count = connection.recv_into(buffer, min(left, MIB), socket.MSG_TRUNC)
            if count == 0:
                raise RuntimeError("the download broke off")
            left -= count
    return sealed.zip_size / (time.perf_counter() - started), first


def measure(store: str, mib: int, rounds: int, **settings: str) -> bool:
    """Print the numbers of one store; whether they meet the limits."""
    with running_portal(**settings) as portal:
        vault: Vault = create_app(portal.settings).extensions["vault"]
        sealed = fill(portal, vault, mib)
        client = Client(portal, make_person(portal, Role.COORDINATOR))
        client.get(f"/reviews/{sealed.reference}/package/answers.pdf")
        portal.reset_peak()
        idle = portal.peak_mib()
        plain, zipped, first = [], [], []
        for _ in range(rounds):
            plain.append(decrypt(vault, sealed))
            speed, wait = download(client, sealed)
            zipped.append(speed)
            first.append(wait)
        ratio, memory = max(zipped) / max(plain), portal.peak_mib()
    fine = ratio >= RATIO and max(first) < FIRST_BYTE and memory <= MEMORY
    print(f"{store} store, {mib} MiB: {'ok' if fine else 'NOT MET'}")
    print(f"  plain decrypt {max(plain) / MIB:.0f} MiB/s, ZIP over HTTP {max(zipped) / MIB:.0f} MiB/s")
    print(f"  ratio {ratio:.2f} (at least {RATIO})")
    print(f"  first byte {max(first):.3f} s (under {FIRST_BYTE})")
    print(f"  server peak {memory:.0f} MiB (at most {MEMORY}), {idle:.0f} MiB before the first download")
    return fine


def main() -> int:
    """Measure the chosen stores; 1 when a limit is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--store", choices=["disk", "s3", "both"], default="both")
    chosen = parser.parse_args()
    met = []
    with ExitStack() as stack:
        if chosen.store in {"disk", "both"}:
            met.append(measure("disk", chosen.mib, chosen.rounds))
        if chosen.store in {"s3", "both"}:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
            endpoint = stack.enter_context(s3_endpoint(directory))
            url = f"s3://bench?endpoint={endpoint}&region=us-east-1"
            met.append(measure("s3", chosen.mib, chosen.rounds, object_store=url))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
