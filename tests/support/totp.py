"""Second-factor codes as an authenticator app makes them (RFC 6238)."""

import base64
import hmac
import struct
import time

STEP = 30


def code_at(secret: str, moment: float) -> str:
    """The six digits for this base32 secret at this moment (seconds since 1970)."""
    key = base64.b32decode(secret.replace(" ", "").upper() + "=" * (-len(secret.replace(" ", "")) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(moment) // STEP), "sha1").digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


class Authenticator:
    """An authenticator app that never shows a code twice, as a patient person would wait for the next."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self._last = 0

    def code(self) -> str:
        """The current code; waits for the next one when the current was used already."""
        while int(time.time()) // STEP <= self._last:
            time.sleep(0.2)
        self._last = int(time.time()) // STEP
        return code_at(self.secret, time.time())
