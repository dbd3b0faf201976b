"""Objects as files of one directory: the embedded default."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from portal.core.errors import Unavailable
from portal.vault.envelope import PART
from portal.vault.errors import ObjectMissing
from portal.vault.stores import PartReceipt


class DiskStore:
    """Files named by object key. A file appears whole and synced, or not at all, and is never replaced."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._parts = root / "uploads"

    def put(self, key: str, data: bytearray) -> str:
        """See :class:`portal.vault.stores.ObjectStore`."""
        handle = self.begin(key)
        try:
            receipt = self.put_part(key, handle, 1, data)
            return self.complete(key, handle, [receipt], len(data))
        except BaseException:
            self.abort(key, handle)
            raise

    def begin(self, key: str) -> str:
        """See :class:`portal.vault.stores.ObjectStore`."""
        handle = f"{key}.{secrets.token_hex(8)}"
        with _errors():
            make_directory(self._parts)
            os.close(os.open(self._parts / handle, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return handle

    def put_part(self, key: str, handle: str, number: int, data: bytearray) -> PartReceipt:  # noqa: ARG002
        """See :class:`portal.vault.stores.ObjectStore`."""
        with _errors(), _opened(self._parts / handle, os.O_WRONLY) as file:
            offset = (number - 1) * PART
            view = memoryview(data)
            while view:
                written = os.pwrite(file, view, offset)
                offset, view = offset + written, view[written:]
        return PartReceipt(number, "", "")

    def complete(
        self,
        key: str,
        handle: str,
        receipts: Sequence[PartReceipt],  # noqa: ARG002
        size: int,
    ) -> str:
        """See :class:`portal.vault.stores.ObjectStore`."""
        source, target = self._parts / handle, self._path(key)
        with _errors():
            with _opened(source, os.O_WRONLY) as file:
                if os.fstat(file).st_size != size:
                    raise Unavailable("The file store did not keep everything it was given. Try again.")
                os.fsync(file)
            make_directory(target.parent)
            os.link(source, target)
            sync_directory(target.parent)
            source.unlink()
        return ""

    def abort(self, key: str, handle: str) -> None:  # noqa: ARG002
        """See :class:`portal.vault.stores.ObjectStore`."""
        with _errors():
            (self._parts / handle).unlink(missing_ok=True)

    def read(self, key: str, version: str, start: int, length: int) -> tuple[bytes, int]:  # noqa: ARG002
        """See :class:`portal.vault.stores.ObjectStore`."""
        with _errors():
            try:
                with _opened(self._path(key), os.O_RDONLY) as file:
                    return os.pread(file, length, start), os.fstat(file).st_size
            except FileNotFoundError:
                raise ObjectMissing(key) from None

    def delete(self, key: str) -> None:
        """See :class:`portal.vault.stores.ObjectStore`."""
        path = self._path(key)
        with _errors(), suppress(FileNotFoundError):
            path.unlink()
            sync_directory(path.parent)

    def check(self) -> None:
        """See :class:`portal.vault.stores.ObjectStore`."""
        with _errors():
            make_directory(self._root)
            if not os.access(self._root, os.R_OK | os.W_OK | os.X_OK):
                raise PermissionError(self._root)

    def _path(self, key: str) -> Path:
        return self._root / key[:2] / key


def make_directory(path: Path) -> None:
    """Create ``path`` and its parents, readable by this account alone, and sync what was created."""
    if path.is_dir():
        return
    make_directory(path.parent)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Make the names in a directory survive a power cut."""
    with _opened(path, os.O_RDONLY | os.O_DIRECTORY) as directory:
        os.fsync(directory)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    file = os.open(path, flags)
    try:
        yield file
    finally:
        os.close(file)


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "The file store cannot be reached right now. Try again in a few minutes."
        ) from error
