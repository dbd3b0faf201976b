"""Where ciphertext lies. A store knows keys and bytes, never their meaning; a vendor's errors stop here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PartReceipt:
    """What the store needs to know again to join a part: any worker may have sent it."""

    number: int
    tag: str
    checksum: str


class ObjectStore(Protocol):
    """Write-once objects with ranged reads.

    Every method raises ``core.errors.Unavailable`` when the store cannot be reached or answers with
    an error of its own; reads raise ``ObjectMissing`` when the object or its version is not there.
    """

    def put(self, key: str, data: bytearray) -> str:
        """Store a small object whole, never over an existing one; its version, or an empty string."""

    def begin(self, key: str) -> str:
        """Start an object that comes in parts; the handle goes to the other methods."""

    def put_part(self, key: str, handle: str, number: int, data: bytearray) -> PartReceipt:
        """Store part ``number`` (from 1); each but the last has exactly ``envelope.PART`` bytes."""

    def complete(self, key: str, handle: str, receipts: Sequence[PartReceipt], size: int) -> str:
        """Join the parts, never over an existing object, and check that ``size`` bytes lie there."""

    def abort(self, key: str, handle: str) -> None:
        """Throw the parts away; unknown handles are ignored."""

    def read(self, key: str, version: str, start: int, length: int) -> tuple[bytes, int]:
        """``length`` bytes from ``start`` and the size of the whole object."""

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens when there is none."""

    def check(self) -> None:
        """Raise unless the store can be reached."""
