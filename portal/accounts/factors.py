"""The second factor: time-based codes (RFC 6238), each accepted once.

Flask-Security's ``Totp`` makes and checks the codes. It leaves replay protection to a subclass, and
tells a used code no differently from a wrong one; both gaps are closed here.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

ISSUER = "Second opinion"
STEP_SECONDS = 30
SECRET_BYTES = 20


class Verdict(StrEnum):
    """What a typed code turned out to be."""

    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"


@dataclass(slots=True)
class Progress:
    """The last accepted time step of one person, in the shape Flask-Security's ``Totp`` works with."""

    counter: int | None


def new_secret() -> str:
    """A random 160-bit secret in base32, as authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def check(code: str, secret: str, last_counter: int | None) -> tuple[Verdict, int | None]:
    """Compare a code with the secret, one step to either side of now.

    :param last_counter: the step accepted last; that step and earlier ones are refused.
    :returns: the verdict and, for a right code, the step to remember.
    """
    progress = Progress(last_counter)
    if _verify(code, secret, progress):
        return Verdict.RIGHT, progress.counter
    if last_counter is not None and _verify(code, secret, Progress(None)):
        return Verdict.USED, None
    return Verdict.WRONG, None


def current_code(secret: str) -> str:
    """The code an authenticator app shows now."""
    return str(_totp().generate_totp_password(_source(secret)))


def provisioning_uri(secret: str, email: str) -> str:
    """What the QR code says: issuer, account and secret."""
    return str(_totp().get_totp_uri(email, _source(secret)))


def readable_secret(secret: str) -> str:
    """The secret in groups of four, for typing."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _verify(code: str, secret: str, progress: Progress) -> bool:
    return bool(_totp().verify_totp(code, _source(secret), progress, window=STEP_SECONDS))


def _source(secret: str) -> str:
    return json.dumps({"type": "totp", "v": 1, "key": secret})


@cache
def _totp() -> Any:
    from flask_security.totp import Totp  # noqa: PLC0415 - slow to import, and few requests check a code

    class OnceOnlyTotp(Totp):
        """Remembers the step of each accepted code."""

        def get_last_counter(self, user: Any) -> int | None:
            counter: int | None = user.counter
            return counter

        def set_last_counter(self, user: Any, tmatch: Any) -> None:
            user.counter = tmatch.counter

    # Secrets are sealed by the vault; this wallet encrypts nothing and only satisfies the constructor.
    return OnceOnlyTotp({"1": secrets.token_hex(16)}, ISSUER)
