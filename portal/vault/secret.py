"""Key material that does not leak by being printed, copied or pickled."""

import secrets
from typing import NoReturn, Self

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


class SecretKey:
    """A 256-bit key. Its bytes come out only through :meth:`expose`, inside the vault."""

    __slots__ = ("_material",)

    def __init__(self, material: bytes) -> None:
        if len(material) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")
        self._material = material

    @classmethod
    def new(cls) -> Self:
        """A fresh random key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def expose(self) -> bytes:
        """The bytes; use them inside an expression so that no local variable keeps them."""
        return self._material

    def derive(self, count: int, *, info: bytes, salt: bytes | None = None) -> tuple[Self, ...]:
        """``count`` independent keys by HKDF-SHA512 over this one."""
        hkdf = HKDF(algorithm=SHA512(), length=count * KEY_BYTES, salt=salt, info=info)
        return tuple(map(type(self), _split(hkdf.derive(self._material))))

    def __repr__(self) -> str:
        return "SecretKey(hidden)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never copied or pickled")


def _split(material: bytes) -> list[bytes]:
    return [material[start : start + KEY_BYTES] for start in range(0, len(material), KEY_BYTES)]
