"""Secrets that people carry: links, session ids, recovery codes. The database only has their digests."""

import hashlib
import secrets

TOKEN_BYTES = 32
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 24
"""24 letters of 32 are 120 bits: above the 112 from which ASVS 6.5.2 lets a plain digest suffice."""
CODE_GROUP = 4
_MISREAD = str.maketrans("OILU", "011V")


def new_token() -> str:
    """A random 256-bit token, safe in an address or a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_recovery_code() -> str:
    """A code such as ``7K3F-92QD-…`` that can be typed from paper."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return "-".join(letters[start : start + CODE_GROUP] for start in range(0, CODE_LENGTH, CODE_GROUP))


def read_recovery_code(typed: str) -> str | None:
    """The code in the form it was made, whatever its spacing; ``None`` when it is not one."""
    letters = "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_MISREAD)
    if len(letters) != CODE_LENGTH:
        return None
    return "-".join(letters[start : start + CODE_GROUP] for start in range(0, CODE_LENGTH, CODE_GROUP))
