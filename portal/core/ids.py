"""Opaque identifiers and case references."""

import secrets

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """A random 128-bit identifier as 32 hex digits; it says nothing about order or content."""
    return secrets.token_hex(16)


def new_reference() -> str:
    """A case reference such as ``SO-7K3F-92QD``: random, easy to read aloud, never sequential."""
    letters = [secrets.choice(REFERENCE_ALPHABET) for _ in range(8)]
    return f"SO-{''.join(letters[:4])}-{''.join(letters[4:])}"
