"""Sealed columns: single values under the installation's field key, and blind indexes over them."""

import secrets
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from portal.vault.envelope import NONCE
from portal.vault.errors import Tampered
from portal.vault.keys import BLIND_INDEX, FIELD, KeyRing

_VERSION = b"\x01"


class ColumnCipher:
    """The ``FieldCipher`` of encrypted columns: version byte, nonce, AES-256-GCM ciphertext and tag."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt ``plaintext`` for the place that ``aad`` names (table, column, row)."""
        nonce = secrets.token_bytes(NONCE)
        return _VERSION + nonce + self._aead().encrypt(nonce, plaintext, _VERSION + aad)

    def open(self, ciphertext: bytes, aad: bytes) -> bytes:
        """The value again; raises Tampered when it was changed or moved from another place."""
        if ciphertext[:1] != _VERSION or len(ciphertext) < 1 + NONCE:
            raise Tampered("a sealed column is not in a known form")
        try:
            return self._aead().decrypt(ciphertext[1 : 1 + NONCE], ciphertext[1 + NONCE :], _VERSION + aad)
        except InvalidTag:
            raise Tampered("a sealed column does not authenticate") from None

    def blind_index(self, purpose: str, value: str) -> int:
        """HMAC-SHA256 of the normalised value, cut to 32 bits, as a signed number any integer column holds.

        Two values may share an index: look up by it, then compare the opened values.
        """
        mac = HMAC(self._keys.installation_key(BLIND_INDEX).expose(), SHA256())
        mac.update(purpose.encode() + b"\0" + normalised(value).encode("utf-8", "surrogatepass"))
        return int.from_bytes(mac.finalize()[:4], "big", signed=True)

    def _aead(self) -> AESGCM:
        return AESGCM(self._keys.installation_key(FIELD).expose())


def normalised(value: str) -> str:
    """What people mean by the same value: compatibility forms, case and outer or repeated spaces aside."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold()).split())
