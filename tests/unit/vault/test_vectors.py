"""The published vectors: this code makes them, reads them, and so does a decoder that shares none of it."""

import hashlib
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap_with_padding

from portal.vault.manifest import Manifest
from portal.vault.secret import SecretKey
from tests.support import vault_decoder, vault_vectors

PUBLISHED = json.loads(
    (Path(__file__).parents[3] / "docs" / "formats" / "vault-v1.json").read_text(encoding="ascii")
)
OBJECTS = PUBLISHED["objects"]


def test_this_code_still_makes_the_published_vectors() -> None:
    assert vault_vectors.vectors() == PUBLISHED


@pytest.mark.parametrize("vector", OBJECTS, ids=lambda vector: str(vector["size"]))
def test_the_independent_decoder_reads_each(vector: dict[str, Any]) -> None:
    _, stored = vault_vectors.object_vector(vector["size"])
    assert hashlib.sha256(stored).hexdigest() == vector["stored_sha256"]
    plain = vault_decoder.decode(bytes.fromhex(vector["case_key"]), vector["manifest"].encode(), stored)
    assert plain == vault_vectors.plaintext(vector["size"])
    assert hashlib.sha256(plain).hexdigest() == vector["plaintext_sha256"]


@pytest.mark.parametrize("vector", [v for v in OBJECTS if "stored" in v], ids=lambda v: str(v["size"]))
def test_small_vectors_are_complete_in_themselves(vector: dict[str, Any]) -> None:
    case_key, stored = SecretKey(bytes.fromhex(vector["case_key"])), b64decode(vector["stored"])
    manifest, cipher = Manifest.open(vector["manifest"].encode(), vector["object_id"], case_key)
    plain = cipher.open_segment(memoryview(stored), 0, manifest.layout, manifest.tag(0))
    assert plain == vault_vectors.plaintext(vector["size"])
    assert vault_decoder.decode(case_key.expose(), vector["manifest"].encode(), stored) == plain


@pytest.mark.parametrize("vector", PUBLISHED["wrapped_keys"])
def test_the_independent_decoder_unwraps_a_key(vector: dict[str, str]) -> None:
    wrapping = vault_decoder.unwrap_context_key(bytes.fromhex(vector["master_key"]), vector["name"])
    assert aes_key_unwrap_with_padding(wrapping, bytes.fromhex(vector["wrapped"])).hex() == vector["key"]
