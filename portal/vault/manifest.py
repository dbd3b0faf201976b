"""The sealed manifest of an object: what must be in the store, in which order, and nothing else."""

import json
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass

from portal.vault.envelope import TAG, VERSION, Identity, Layout, ObjectCipher
from portal.vault.errors import Tampered
from portal.vault.secret import SecretKey

FORMAT = "portal/vault/v1"
_MAC_HEADER = struct.Struct(">B16s16s32s32s60sQQH")


@dataclass(frozen=True, slots=True)
class Manifest:
    """Fields of the manifest; ``digest`` is encrypted, everything else may be seen by the database."""

    identity: Identity
    commit: bytes
    size: int
    digest: bytes
    store_version: str
    tags: bytes

    @property
    def layout(self) -> Layout:
        """Where the segments lie."""
        return Layout(self.size)

    def tag(self, index: int) -> bytes:
        """The tag of one segment."""
        return self.tags[index * TAG : (index + 1) * TAG]

    def seal(self, cipher: ObjectCipher) -> bytes:
        """The manifest as JSON with its HMAC."""
        return _encode(self, cipher.mac(self._authenticated()))

    @classmethod
    def open(cls, sealed: bytes, object_id: str, case_key: SecretKey) -> "tuple[Manifest, ObjectCipher]":
        """Check key, commitment and HMAC and return the manifest with the cipher of its object.

        Raises Tampered for anything but the exact bytes :meth:`seal` returned for this object.
        """
        manifest, mac = _decode(sealed)
        if manifest.identity.object_id.hex() != object_id:
            raise Tampered("the manifest belongs to another object")
        cipher = ObjectCipher(case_key, manifest.identity)
        cipher.check_commit(manifest.commit)
        cipher.check_mac(manifest._authenticated(), mac)
        return manifest, cipher

    def _authenticated(self) -> bytes:
        version = self.store_version.encode()
        header = _MAC_HEADER.pack(
            VERSION,
            self.identity.object_id,
            self.identity.upload_id,
            self.identity.salt,
            self.commit,
            self.digest,
            self.size,
            self.layout.count,
            len(version),
        )
        return header + version + self.tags


def _encode(manifest: Manifest, mac: bytes) -> bytes:
    return json.dumps(
        {
            "format": FORMAT,
            "object": manifest.identity.object_id.hex(),
            "upload": manifest.identity.upload_id.hex(),
            "salt": b64encode(manifest.identity.salt).decode(),
            "commit": b64encode(manifest.commit).decode(),
            "size": manifest.size,
            "digest": b64encode(manifest.digest).decode(),
            "store_version": manifest.store_version,
            "tags": b64encode(manifest.tags).decode(),
            "mac": b64encode(mac).decode(),
        },
        separators=(",", ":"),
    ).encode()


def _decode(sealed: bytes) -> tuple[Manifest, bytes]:
    try:
        fields = json.loads(sealed)
        identity = Identity(
            bytes.fromhex(fields["object"]), bytes.fromhex(fields["upload"]), b64decode(fields["salt"])
        )
        manifest = Manifest(
            identity=identity,
            commit=b64decode(fields["commit"]),
            size=int(fields["size"]),
            digest=b64decode(fields["digest"]),
            store_version=str(fields["store_version"]),
            tags=b64decode(fields["tags"]),
        )
        mac = b64decode(fields["mac"])
        canonical = _encode(manifest, mac) == sealed
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Tampered("the manifest cannot be read") from None
    if not canonical or not _plausible(manifest):
        raise Tampered("the manifest is not in its only valid form")
    return manifest, mac


def _plausible(manifest: Manifest) -> bool:
    identity = manifest.identity
    lengths = (
        len(identity.object_id),
        len(identity.upload_id),
        len(identity.salt),
        len(manifest.commit),
        len(manifest.digest),
    )
    if lengths != (16, 16, 32, 32, 60) or not 0 <= manifest.size < 2**63:
        return False
    if not manifest.store_version.isascii() or len(manifest.store_version) > 1024:
        return False
    return len(manifest.tags) == manifest.layout.count * TAG
