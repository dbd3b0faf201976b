"""The key ring: case keys and the installation's own keys, unwrapped for at most a minute."""

import re
import threading
import time
from collections.abc import Callable

from portal.vault.errors import KeyMissing
from portal.vault.keystores import KeyStore
from portal.vault.master import MasterKey
from portal.vault.secret import SecretKey

CACHE_SECONDS = 60.0
FIELD = "installation/field"
BLIND_INDEX = "installation/blind-index"
_CASE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class KeyRing:
    """Keys by name, wrapped in ``store`` under ``master``.

    ``clock`` gives monotonic seconds. A key that another process destroyed is gone from here within
    ``CACHE_SECONDS``; one destroyed through this ring at once.
    """

    def __init__(
        self, master: MasterKey, store: KeyStore, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._master = master
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._cache: dict[str, tuple[float, SecretKey]] = {}

    def create_case_key(self, case_id: str) -> None:
        """Make the key of a case; one that exists stays."""
        self._create(_case_name(case_id))

    def destroy_case_key(self, case_id: str) -> None:
        """Remove the key of a case: nothing it sealed can be read again, by anybody."""
        name = _case_name(case_id)
        self._store.remove(name)
        with self._lock:
            self._cache.pop(name, None)

    def case_key(self, case_id: str) -> SecretKey:
        """The key of a case; raises KeyMissing when there is none."""
        name = _case_name(case_id)
        key = self._find(name)
        if key is None:
            raise KeyMissing(name)
        return key

    def installation_key(self, name: str) -> SecretKey:
        """``FIELD`` or ``BLIND_INDEX``, made at first use."""
        key = self._find(name)
        if key is None:
            self._create(name)
            key = self._find(name)
        if key is None:
            raise KeyMissing(name)
        return key

    def rotate(self) -> int:
        """Wrap every key under a new master key and return how many; no object or row is touched."""
        self._master.renew()
        rewrapped = sum(self._rewrap(name) for name in self._store.names())
        self._master.retire()
        return rewrapped

    def check(self) -> None:
        """Raise unless master key and key store answer."""
        self._master.check()
        self._store.get(FIELD)

    def _create(self, name: str) -> None:
        if self._store.get(name) is None:
            _, wrapped = self._master.new_key(name)
            self._store.add(name, wrapped)

    def _find(self, name: str) -> SecretKey | None:
        now = self._clock()
        with self._lock:
            expires, cached = self._cache.get(name, (0.0, None))
        if cached is not None and expires > now:
            return cached
        wrapped = self._store.get(name)
        key = None if wrapped is None else self._master.unwrap(name, wrapped)
        with self._lock:
            self._cache = {kept: entry for kept, entry in self._cache.items() if entry[0] > now}
            if key is not None:
                self._cache[name] = (now + CACHE_SECONDS, key)
        return key

    def _rewrap(self, name: str) -> bool:
        """Whether the key now lies under the newest master key; false when it was destroyed meanwhile."""
        while (wrapped := self._store.get(name)) is not None:
            if self._store.replace(name, wrapped, self._master.rewrap(name, wrapped)):
                return True
        return False


def _case_name(case_id: str) -> str:
    if not _CASE_ID.fullmatch(case_id):
        raise ValueError("a case id is an opaque identifier")
    return f"case/{case_id}"
