"""What can go wrong in the vault, apart from a store that cannot be reached (``core.errors.Unavailable``)."""


class VaultError(Exception):
    """Base of the vault's own errors; they name opaque ids, never a key, a value or a file name."""


class Tampered(VaultError):
    """Stored bytes, a manifest or a column are not what this installation wrote; nothing was released."""


class ObjectMissing(VaultError):
    """The store holds no such object or version."""


class KeyMissing(VaultError):
    """The key of a case does not exist or was destroyed: what it sealed cannot be read by anybody."""


class MasterKeyRefused(VaultError):
    """The master key is missing, readable by others or lies among the data; the portal must not start."""
