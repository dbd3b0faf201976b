"""Where wrapped keys lie: apart from the database and its backups, and deletable for good."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from portal.core.errors import Unavailable
from portal.vault.errors import VaultError
from portal.vault.stores.aws import AwsClient, error_code, unavailable
from portal.vault.stores.disk import make_directory, sync_directory

MESSAGE = "The key store cannot be reached right now. Try again in a few minutes."


class KeyStore(Protocol):
    """A few bytes under a name such as ``case/<id>``. Raises ``Unavailable`` when it cannot be reached."""

    def get(self, name: str) -> bytes | None:
        """What lies under ``name``."""

    def add(self, name: str, wrapped: bytes) -> bool:
        """Store unless something is there already; whether it was stored."""

    def replace(self, name: str, old: bytes, new: bytes) -> bool:
        """Replace ``old`` by ``new`` unless it was removed or changed meanwhile; whether it was replaced."""

    def remove(self, name: str) -> None:
        """Remove for good; nothing happens when there is nothing."""

    def names(self) -> list[str]:
        """Every name, sorted."""


class DiskKeyStore:
    """Files in a directory; changes take turns through a lock on it, so a removed key never comes back."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, name: str) -> bytes | None:
        """See :class:`KeyStore`."""
        with _errors():
            try:
                return (self._root / name).read_bytes()
            except FileNotFoundError:
                return None

    def add(self, name: str, wrapped: bytes) -> bool:
        """See :class:`KeyStore`."""
        with self._locked():
            if (self._root / name).exists():
                return False
            self._write(name, wrapped)
            return True

    def replace(self, name: str, old: bytes, new: bytes) -> bool:
        """See :class:`KeyStore`."""
        with self._locked():
            if self.get(name) != old:
                return False
            self._write(name, new)
            return True

    def remove(self, name: str) -> None:
        """See :class:`KeyStore`; also what a process left that was killed while it replaced the key."""
        target = self._root / name
        with self._locked(), suppress(FileNotFoundError):
            for unfinished in target.parent.glob(f".{target.name}.*"):
                unfinished.unlink()
            target.unlink(missing_ok=True)
            sync_directory(target.parent)

    def names(self) -> list[str]:
        """See :class:`KeyStore`."""
        with _errors():
            return sorted(
                str(path.relative_to(self._root))
                for path in self._root.glob("*/*")
                if not path.name.startswith(".")
            )

    def _write(self, name: str, wrapped: bytes) -> None:
        target = self._root / name
        make_directory(target.parent)
        write_durably(target, wrapped)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with _errors():
            make_directory(self._root)
            with locked_directory(self._root):
                yield


class S3KeyStore:
    """Objects in an unversioned bucket of their own."""

    def __init__(self, client: AwsClient, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def get(self, name: str) -> bytes | None:
        """See :class:`KeyStore`."""
        found = self._get(name)
        return found[0] if found else None

    def add(self, name: str, wrapped: bytes) -> bool:
        """See :class:`KeyStore`."""
        return self._put(name, wrapped, IfNoneMatch="*")

    def replace(self, name: str, old: bytes, new: bytes) -> bool:
        """See :class:`KeyStore`."""
        found = self._get(name)
        if found is None or found[0] != old:
            return False
        return self._put(name, new, IfMatch=found[1])

    def remove(self, name: str) -> None:
        """See :class:`KeyStore`; refuses to pretend where the bucket keeps old versions."""
        with unavailable(MESSAGE):
            answer = self._client.api.delete_object(**self._address(name))
        if answer.get("DeleteMarker"):
            raise VaultError(
                "the key bucket keeps versions, so a removed key is not gone; switch versioning off"
            )

    def names(self) -> list[str]:
        """See :class:`KeyStore`."""
        with unavailable(MESSAGE):
            pages = self._client.api.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        return sorted(key.removeprefix(self._prefix) for key in keys)

    def _get(self, name: str) -> tuple[bytes, str] | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415

        with unavailable(MESSAGE):
            try:
                answer = self._client.api.get_object(**self._address(name))
                return answer["Body"].read(), answer["ETag"]
            except ClientError as error:
                if error_code(error) == "NoSuchKey":
                    return None
                raise

    def _put(self, name: str, wrapped: bytes, **condition: str) -> bool:
        from botocore.exceptions import ClientError  # noqa: PLC0415

        with unavailable(MESSAGE):
            try:
                self._client.api.put_object(**self._address(name), Body=wrapped, **condition)
            except ClientError as error:
                if error_code(error) not in {"PreconditionFailed", "NoSuchKey"}:
                    raise
                return False
        return True

    def _address(self, name: str) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": self._prefix + name}


def write_durably(target: Path, data: bytes) -> None:
    """Put ``data`` in place of ``target`` whole or not at all, mode 0600, surviving a power cut."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:  # noqa: PTH123
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(target.parent)


@contextmanager
def locked_directory(path: Path) -> Iterator[None]:
    """Wait for, and hold, an exclusive lock that every process respects and that dies with its process."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(MESSAGE) from error
