"""A field cipher for tests of the data layer that are not about encryption."""

import hashlib
import hmac


class MaskingCipher:
    """Masks bytes so that no plaintext lies in the row, and refuses another row's value."""

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """Digest of the binding, then the masked bytes."""
        return hashlib.sha256(aad).digest() + bytes(byte ^ 0x5A for byte in plaintext)

    def open(self, ciphertext: bytes, aad: bytes) -> bytes:
        """Unmask, if the binding is the one used to seal."""
        if ciphertext[:32] != hashlib.sha256(aad).digest():
            raise ValueError("this value belongs to another row or column")
        return bytes(byte ^ 0x5A for byte in ciphertext[32:])

    def blind_index(self, purpose: str, value: str) -> int:
        """A 32-bit digest."""
        digest = hmac.new(b"test", f"{purpose}|{value}".encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:4], "big")
