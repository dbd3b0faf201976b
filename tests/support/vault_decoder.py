"""A second decoder of object format v1, written from ``docs/formats/vault-v1.md`` alone.

It imports nothing of the portal: key derivation and MACs from the standard library, AES-GCM from
``cryptography``. Where the two decoders disagree, the document decides.
"""

import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MIB = 1 << 20


def hkdf_sha512(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    pseudo_random_key = hmac.digest(salt, key, "sha512")
    output = block = b""
    counter = 0
    while len(output) < length:
        counter += 1
        block = hmac.digest(pseudo_random_key, block + info + bytes([counter]), "sha512")
        output += block
    return output[:length]


def number(value: int, width: int) -> bytes:
    return value.to_bytes(width, "big")


def decode(case_key: bytes, manifest_json: bytes, stored: bytes) -> bytes:
    """The plaintext; raises ValueError or InvalidTag for anything that is not exactly right."""
    manifest = json.loads(manifest_json)
    if manifest["format"] != "portal/vault/v1":
        raise ValueError("format")
    object_id, upload_id = bytes.fromhex(manifest["object"]), bytes.fromhex(manifest["upload"])
    salt, commit, digest, tags, mac = (
        base64.b64decode(manifest[name]) for name in ("salt", "commit", "digest", "tags", "mac")
    )
    size, version = manifest["size"], manifest["store_version"].encode()

    keys = hkdf_sha512(case_key, salt, b"portal/vault/v1" + object_id, 96)
    k_enc, k_mac, expected_commit = keys[:32], keys[32:64], keys[64:]
    if commit != expected_commit:
        raise ValueError("commit")

    count = max(1, (size + MIB - 1) // MIB)
    sealed = b"\x01" + object_id + upload_id + salt + commit + digest
    sealed += number(size, 8) + number(count, 8) + number(len(version), 2) + version + tags
    if hmac.digest(k_mac, sealed, "sha256") != mac:
        raise ValueError("manifest")
    if len(stored) != size + 28 * count or len(tags) != 16 * count:
        raise ValueError("length")

    aead = AESGCM(k_enc)
    plaintext = b""
    for index in range(count):
        segment = stored[index * (MIB + 28) : (index + 1) * (MIB + 28)]
        if segment[-16:] != tags[16 * index : 16 * index + 16]:
            raise ValueError("tag")
        last = index == count - 1
        aad = b"\x01" + object_id + upload_id + number(index, 8)
        aad += number(count if last else 0, 8) + number(size if last else 0, 8)
        plaintext += aead.decrypt(segment[:12], segment[12:], aad)
    expected = aead.decrypt(digest[:12], digest[12:], b"portal/vault/v1/digest" + object_id + upload_id)
    if len(plaintext) != size or hashlib.sha256(plaintext).digest() != expected:
        raise ValueError("digest")
    return plaintext


def unwrap_context_key(master_key: bytes, name: str) -> bytes:
    """The AES-KWP key under which the local master key wraps the key called ``name``."""
    return hkdf_sha512(master_key, b"\0" * 64, b"portal/vault/v1/wrap/" + name.encode(), 32)
