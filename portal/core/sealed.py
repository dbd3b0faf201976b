"""Encrypted columns: plaintext in Python, ciphertext in the row.

A SQLAlchemy type sees a value but not the row it belongs to, and the row id must be part of the
authenticated data (or a thief could swap two people's names). So a descriptor holds the plaintext
and seals it when the session flushes. The cipher comes from ``session.info["field_cipher"]``; the
vault provides it, this module only knows its shape.
"""

import json
from typing import Any, Generic, Protocol, Self, TypeVar, overload

from sqlalchemy import event
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.attributes import flag_modified

CIPHER = "field_cipher"
_PENDING = "_sealed_pending"
_OPENED = "_sealed_opened"

T = TypeVar("T")


class FieldCipher(Protocol):
    """Authenticated encryption of single values under the installation's field key."""

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt ``plaintext`` bound to ``aad``."""

    def open(self, ciphertext: bytes, aad: bytes) -> bytes:
        """Decrypt; raises when key, bytes or ``aad`` are not the ones used to seal."""

    def blind_index(self, purpose: str, value: str) -> int:
        """A keyed 32-bit digest for look-ups by equality; callers post-filter."""


def aad(table: str, column: str, row_id: str) -> bytes:
    """What a ciphertext is bound to: moved to another table, column or row it does not open."""
    return f"{table}|{column}|{row_id}".encode()


class Sealed(Generic[T]):
    """Base of the descriptors: a plain value beside a ``LargeBinary`` column of ciphertext."""

    def __init__(self, column: str) -> None:
        self.column = column
        self.name = column

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T | None: ...

    def __get__(self, instance: object | None, owner: type) -> Self | T | None:
        if instance is None:
            return self
        pending: dict[str, Any] = instance.__dict__.get(_PENDING, {})
        if self.name in pending:
            value: T | None = pending[self.name]
            return value
        ciphertext: bytes | None = getattr(instance, self.column)
        return None if ciphertext is None else self._open(instance, ciphertext)

    def __set__(self, instance: object, value: T | None) -> None:
        instance.__dict__.setdefault(_PENDING, {})[self.name] = value
        if getattr(instance, self.column) is None:
            setattr(instance, self.column, b"")
        flag_modified(instance, self.column)

    def _open(self, instance: object, ciphertext: bytes) -> T:
        opened: dict[str, tuple[bytes, T]] = instance.__dict__.setdefault(_OPENED, {})
        cached = opened.get(self.name)
        if cached is not None and cached[0] == ciphertext:
            return cached[1]
        plaintext = _cipher_of(instance).open(ciphertext, self._aad(instance))
        opened[self.name] = (ciphertext, self.decode(plaintext))
        return opened[self.name][1]

    def _aad(self, instance: Any) -> bytes:
        return aad(instance.__tablename__, self.column, instance.id)

    def seal_into(self, instance: Any, value: T | None, cipher: FieldCipher) -> None:
        """Put the ciphertext of ``value`` into the column; called when the session flushes."""
        sealed = None if value is None else cipher.seal(self.encode(value), self._aad(instance))
        setattr(instance, self.column, sealed)

    def encode(self, value: T) -> bytes:
        """The value as bytes."""
        raise NotImplementedError

    def decode(self, plaintext: bytes) -> T:
        """The bytes as a value."""
        raise NotImplementedError


class SealedText(Sealed[str]):
    """A text value, encrypted at rest."""

    def encode(self, value: str) -> bytes:
        """UTF-8, lone surrogates kept so that nothing a person typed is lost."""
        return value.encode("utf-8", "surrogatepass")

    def decode(self, plaintext: bytes) -> str:
        """The inverse of :meth:`encode`."""
        return plaintext.decode("utf-8", "surrogatepass")


class SealedJson(Sealed[Any]):
    """A JSON value, encrypted at rest. Assign a new value to change it; do not mutate in place."""

    def encode(self, value: Any) -> bytes:
        """Compact JSON with sorted keys."""
        return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()

    def decode(self, plaintext: bytes) -> Any:
        """The inverse of :meth:`encode`."""
        return json.loads(plaintext)


def _cipher_of(instance: object) -> FieldCipher:
    session = object_session(instance)
    if session is None:
        raise RuntimeError("a sealed value can only be read while its row belongs to a session")
    cipher: FieldCipher = session.info[CIPHER]
    return cipher


def _seal_pending(session: Session, *_: object) -> None:
    for instance in [*session.new, *session.dirty]:
        pending = instance.__dict__.pop(_PENDING, None)
        for name, value in (pending or {}).items():
            descriptor: Sealed[Any] = getattr(type(instance), name)
            descriptor.seal_into(instance, value, session.info[CIPHER])


event.listen(Session, "before_flush", _seal_pending)
