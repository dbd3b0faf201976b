"""Object format v1: how the bytes of one object are sealed (``docs/formats/vault-v1.md``)."""

import hmac
import secrets
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from portal.vault.errors import Tampered
from portal.vault.secret import SecretKey

VERSION = 1
SEGMENT = 1024 * 1024
NONCE = 12
TAG = 16
OVERHEAD = NONCE + TAG
PART_SEGMENTS = 8
PART = PART_SEGMENTS * (SEGMENT + OVERHEAD)

_KEYS_INFO = b"portal/vault/v1"
_DIGEST_INFO = b"portal/vault/v1/digest"
_AAD = struct.Struct(">B16s16sQQQ")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the segments of an object of ``size`` plaintext bytes lie in the store."""

    size: int

    @property
    def count(self) -> int:
        """Number of segments; an empty object has one, empty."""
        return max(1, -(-self.size // SEGMENT))

    @property
    def sealed_size(self) -> int:
        """Bytes in the store."""
        return self.size + self.count * OVERHEAD

    def sealed_length(self, index: int) -> int:
        """Stored bytes of one segment."""
        return min(SEGMENT, self.size - index * SEGMENT) + OVERHEAD

    @staticmethod
    def offset(index: int) -> int:
        """Where the stored segment starts."""
        return index * (SEGMENT + OVERHEAD)


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes one attempt at writing one object unlike every other; random, not secret."""

    object_id: bytes
    upload_id: bytes
    salt: bytes

    @classmethod
    def new(cls, object_id: bytes = b"") -> "Identity":
        """Identity of a new object, under an id of its own or one that was drawn for it before."""
        return cls(object_id or secrets.token_bytes(16), secrets.token_bytes(16), secrets.token_bytes(32))


class ObjectCipher:
    """Seals and opens the segments of one object under keys derived from its case key."""

    def __init__(self, case_key: SecretKey, identity: Identity) -> None:
        encryption, self._mac_key, commitment = case_key.derive(
            3, salt=identity.salt, info=_KEYS_INFO + identity.object_id
        )
        self.identity = identity
        self.commit = commitment.expose()
        self._aead = AESGCM(encryption.expose())

    def check_commit(self, commit: bytes) -> None:
        """Refuse a key that is not the one the object was written under, before decrypting anything."""
        if not hmac.compare_digest(self.commit, commit):
            raise Tampered("the object was not written under this key")

    def seal_segment(
        self, plain: memoryview, into: memoryview, index: int, total: int | None = None
    ) -> bytes:
        """Write nonce, ciphertext and tag of segment ``index`` to ``into`` and return the tag.

        ``total`` is the length of the whole object; given with the last segment and only there.
        """
        nonce = secrets.token_bytes(NONCE)
        into[:NONCE] = nonce
        self._aead.encrypt_into(nonce, plain, self._aad(index, total), into[NONCE:])
        return bytes(into[-TAG:])

    def open_segment(self, sealed: memoryview, index: int, layout: Layout, tag: bytes) -> bytes:
        """The plaintext of segment ``index``; ``tag`` is the one the manifest lists for it."""
        if len(sealed) != layout.sealed_length(index) or not hmac.compare_digest(sealed[-TAG:], tag):
            raise Tampered(f"segment {index} is not the one that was written")
        total = layout.size if index == layout.count - 1 else None
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], self._aad(index, total))
        except InvalidTag:
            raise Tampered(f"segment {index} does not authenticate") from None

    def seal_digest(self, digest: bytes) -> bytes:
        """The SHA-256 of the plaintext, encrypted: in clear it would confirm a guess at the content."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._aead.encrypt(nonce, digest, self._digest_aad())

    def open_digest(self, sealed: bytes) -> bytes:
        """The inverse of :meth:`seal_digest`."""
        try:
            return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], self._digest_aad())
        except InvalidTag:
            raise Tampered("the digest does not authenticate") from None

    def mac(self, data: bytes) -> bytes:
        """HMAC-SHA256 under the manifest key."""
        return self._hmac(data).finalize()

    def check_mac(self, data: bytes, mac: bytes) -> None:
        """Refuse ``data`` unless ``mac`` was made over it under this object's key."""
        try:
            self._hmac(data).verify(mac)
        except InvalidSignature:
            raise Tampered("the manifest does not authenticate") from None

    def _hmac(self, data: bytes) -> HMAC:
        mac = HMAC(self._mac_key.expose(), SHA256())
        mac.update(data)
        return mac

    def _aad(self, index: int, total: int | None) -> bytes:
        count = 0 if total is None else index + 1
        return _AAD.pack(VERSION, self.identity.object_id, self.identity.upload_id, index, count, total or 0)

    def _digest_aad(self) -> bytes:
        return _DIGEST_INFO + self.identity.object_id + self.identity.upload_id
