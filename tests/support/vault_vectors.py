"""Makes the published test vectors: ``python -m tests.support.vault_vectors > docs/formats/vault-v1.json``.

Random bytes are replaced by a counted stream, so the same code always makes the same vectors and a
test notices when the code would no longer make them.
"""

import hashlib
import json
import secrets
import sys
from base64 import b64encode
from collections.abc import Callable
from unittest import mock

from portal.vault.envelope import Identity, ObjectCipher
from portal.vault.master import LOCAL, _id_of, _wrap
from portal.vault.secret import SecretKey
from portal.vault.stores import PartReceipt
from portal.vault.writer import ObjectWriter

SIZES = (0, 1, 100, 1048575, 1048576, 1048577, 9 * 1048576 + 5)


class MemoryStore:
    """Keeps one object; only what a writer needs."""

    def __init__(self) -> None:
        self.stored = b""
        self._parts: dict[int, bytes] = {}

    def put(self, key: str, data: bytearray) -> str:
        self.stored = bytes(data)
        return "version-1"

    def begin(self, key: str) -> str:
        return "handle"

    def put_part(self, key: str, handle: str, number: int, data: bytearray) -> PartReceipt:
        self._parts[number] = bytes(data)
        return PartReceipt(number, "", "")

    def complete(self, key: str, handle: str, receipts: object, size: int) -> str:
        self.stored = b"".join(self._parts[number] for number in sorted(self._parts))
        return "version-1"

    def abort(self, key: str, handle: str) -> None: ...


def stream(label: str) -> Callable[[int], bytes]:
    """Deterministic stand-in for ``secrets.token_bytes``."""
    blocks = iter(range(1 << 30))

    def take(count: int) -> bytes:
        return hashlib.shake_256(f"{label}/{next(blocks)}".encode()).digest(count)

    return take


def plaintext(size: int) -> bytes:
    """The bytes every vector of this size seals: SHAKE-256 of ``plaintext/<size>``."""
    return hashlib.shake_256(f"plaintext/{size}".encode()).digest(size)


def object_vector(size: int) -> tuple[dict[str, object], bytes]:
    """One vector and the stored bytes."""
    with mock.patch.object(secrets, "token_bytes", stream(f"object/{size}")):
        case_key = SecretKey.new()
        store = MemoryStore()
        writer = ObjectWriter(store, ObjectCipher(case_key, Identity.new()))  # type: ignore[arg-type]
        writer.write(plaintext(size))
        sealed = writer.finish()
    vector: dict[str, object] = {
        "size": size,
        "case_key": case_key.expose().hex(),
        "object_id": sealed.object_id,
        "manifest": sealed.manifest.decode(),
        "plaintext_sha256": sealed.sha256,
        "stored_sha256": hashlib.sha256(store.stored).hexdigest(),
    }
    if size <= 100:
        vector["stored"] = b64encode(store.stored).decode()
    return vector, store.stored


def wrap_vector() -> dict[str, str]:
    """A case key wrapped by a local master key."""
    with mock.patch.object(secrets, "token_bytes", stream("wrap")):
        master, key = SecretKey.new(), SecretKey.new()
    name = "case/00112233445566778899aabbccddeeff"
    return {
        "name": name,
        "master_key": master.expose().hex(),
        "master_id": _id_of(master).hex(),
        "key": key.expose().hex(),
        "wrapped": _wrap(master, name, key)[len(LOCAL) + 8 :].hex(),
        "stored": _wrap(master, name, key).hex(),
    }


def vectors() -> dict[str, object]:
    """Everything that is published."""
    return {
        "format": "portal/vault/v1",
        "plaintext": "SHAKE-256 of the ASCII text plaintext/<size>, as many bytes as size says",
        "objects": [object_vector(size)[0] for size in SIZES],
        "wrapped_keys": [wrap_vector()],
    }


if __name__ == "__main__":
    json.dump(vectors(), sys.stdout, indent=2)
    sys.stdout.write("\n")
