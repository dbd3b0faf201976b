"""The master key: it wraps the other keys and does nothing else. Here a local file, in ``kms`` AWS KMS."""

import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap_with_padding,
    aes_key_wrap_with_padding,
)

from portal.core.errors import Unavailable
from portal.vault.errors import MasterKeyRefused, Tampered
from portal.vault.keystores import locked_directory, write_durably
from portal.vault.secret import SecretKey

LOCAL = b"F1"
_ID_BYTES = 8
_KEPT = 2


class MasterKey(Protocol):
    """Wraps keys bound to a name; a wrapped key under another name does not open."""

    def new_key(self, name: str) -> tuple[SecretKey, bytes]:
        """A fresh key and its wrapped form."""

    def unwrap(self, name: str, wrapped: bytes) -> SecretKey:
        """The key again; raises Tampered when ``wrapped`` is not what was made for ``name``."""

    def rewrap(self, name: str, wrapped: bytes) -> bytes:
        """The same key wrapped under the newest master key."""

    def renew(self) -> None:
        """Make a newer master key, under which everything is wrapped from now on."""

    def retire(self) -> None:
        """Forget master keys under which nothing is wrapped any more."""

    def check(self) -> None:
        """Raise unless the master key can be used."""


class LocalMaster:
    """Master keys in a file: one line of base64 each, the newest first.

    The file is read at each use (an unwrapped key is cached by its caller), so a rotation needs no
    restart and no process holds a master key for longer than one call.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self) -> None:
        """Make the file unless it exists."""
        with _refusals(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with locked_directory(self._path.parent):
                if not self._path.exists():
                    self._save([SecretKey.new()])

    def check(self) -> None:
        """See :class:`MasterKey`."""
        with _refusals(self._path):
            self._load()

    def new_key(self, name: str) -> tuple[SecretKey, bytes]:
        """See :class:`MasterKey`."""
        key = SecretKey.new()
        return key, _wrap(self._keys()[0], name, key)

    def unwrap(self, name: str, wrapped: bytes) -> SecretKey:
        """See :class:`MasterKey`."""
        prefix = wrapped[: len(LOCAL) + _ID_BYTES]
        for master in self._keys():
            if prefix == LOCAL + _id_of(master):
                try:
                    return SecretKey(
                        aes_key_unwrap_with_padding(_wrapping(master, name), wrapped[len(prefix) :])
                    )
                except InvalidUnwrap:
                    raise Tampered(f"the wrapped key {name} does not authenticate") from None
        raise Tampered(f"the wrapped key {name} is under a master key that is not in the file")

    def rewrap(self, name: str, wrapped: bytes) -> bytes:
        """See :class:`MasterKey`."""
        return _wrap(self._keys()[0], name, self.unwrap(name, wrapped))

    def renew(self) -> None:
        """See :class:`MasterKey`."""
        with locked_directory(self._path.parent):
            self._save([SecretKey.new(), *self._keys()])

    def retire(self) -> None:
        """See :class:`MasterKey`; the one before the newest stays until the next rotation, because a
        process may have wrapped a new key with it in the moment of this one.
        """
        with locked_directory(self._path.parent):
            self._save(self._keys()[:_KEPT])

    def _keys(self) -> list[SecretKey]:
        try:
            return self._load()
        except (OSError, MasterKeyRefused) as error:
            raise Unavailable(
                "The master key cannot be read right now. Try again in a few minutes."
            ) from error

    def _load(self) -> list[SecretKey]:
        file = os.open(self._path, os.O_RDONLY)
        with open(file, "rb") as opened:  # noqa: PTH123 - the very file whose mode is checked
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
                raise MasterKeyRefused(f"{self._path} must be a file of mode 0600: chmod 600 {self._path}")
            try:
                keys = [SecretKey(b64decode(line, validate=True)) for line in opened.read().split()]
            except ValueError:
                keys = []
        if not keys:
            raise MasterKeyRefused(f"{self._path} must hold 32 random bytes in base64 on one line")
        return keys

    def _save(self, keys: list[SecretKey]) -> None:
        write_durably(self._path, b"".join(b64encode(key.expose()) + b"\n" for key in keys))


def _wrapping(master: SecretKey, name: str) -> bytes:
    return master.derive(1, info=b"portal/vault/v1/wrap/" + name.encode())[0].expose()


def _id_of(master: SecretKey) -> bytes:
    return master.derive(1, info=b"portal/vault/v1/master-id")[0].expose()[:_ID_BYTES]


def _wrap(master: SecretKey, name: str, key: SecretKey) -> bytes:
    return LOCAL + _id_of(master) + aes_key_wrap_with_padding(_wrapping(master, name), key.expose())


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MasterKeyRefused(
            f"the master key {path} cannot be read; make one: (umask 077; openssl rand -base64 32 > {path})"
        ) from error
