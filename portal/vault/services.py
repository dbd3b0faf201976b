"""The vault as the other rooms see it: case keys, sealed objects, an encrypted spool."""

from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

from portal.settings import Settings
from portal.vault.envelope import Identity, ObjectCipher
from portal.vault.errors import MasterKeyRefused
from portal.vault.fields import ColumnCipher
from portal.vault.keys import KeyRing
from portal.vault.keystores import DiskKeyStore, KeyStore, S3KeyStore
from portal.vault.kms import KmsMaster
from portal.vault.manifest import Manifest
from portal.vault.master import LocalMaster, MasterKey
from portal.vault.reader import ObjectReader
from portal.vault.spool import EphemeralSpool
from portal.vault.stores import ObjectStore
from portal.vault.stores.aws import AwsClient
from portal.vault.stores.disk import DiskStore
from portal.vault.stores.s3 import S3Store
from portal.vault.writer import ObjectWriter, SealedObject


class Vault:
    """Objects sealed under the key of their case.

    Other rooms keep ``object_id``, ``manifest``, ``size`` and ``sha256`` of what they wrote in their own
    rows. Methods raise ``Unavailable`` when a store or the key service cannot be reached.
    """

    def __init__(self, store: ObjectStore, keys: KeyRing, spool_directory: Path) -> None:
        self._store = store
        self._keys = keys
        self._spool_directory = spool_directory

    def create_case_key(self, case_id: str) -> None:
        """Give a new case its key; a case that has one keeps it."""
        self._keys.create_case_key(case_id)

    def destroy_case_key(self, case_id: str) -> None:
        """Make everything the case sealed unreadable, here and in every backup, for good."""
        self._keys.destroy_case_key(case_id)

    def write(self, case_id: str, object_id: str = "") -> ObjectWriter:
        """A writer for a new object; raises KeyMissing when the case has no key.

        ``object_id`` is a fresh random id (32 hex digits) that the caller wrote down beforehand, so that an
        object whose upload ended in doubt can be found and removed.
        """
        identity = Identity.new(bytes.fromhex(object_id))
        return ObjectWriter(self._store, ObjectCipher(self._keys.case_key(case_id), identity))

    def put(self, case_id: str, data: bytes) -> SealedObject:
        """Seal and store ``data`` as a new object."""
        with self.write(case_id) as writer:
            writer.write(data)
            return writer.finish()

    def open(self, case_id: str, object_id: str, manifest: bytes) -> ObjectReader:
        """A reader of the object that ``manifest`` describes; raises Tampered or KeyMissing."""
        opened, cipher = Manifest.open(manifest, object_id, self._keys.case_key(case_id))
        return ObjectReader(self._store, cipher, opened)

    def delete(self, object_id: str) -> None:
        """Remove an object from the store; its row goes first, so that no row ever points to nothing."""
        self._store.delete(object_id)

    def spool(self) -> EphemeralSpool:
        """A temporary file that never holds plaintext."""
        return EphemeralSpool(self._spool_directory)

    def rotate(self) -> int:
        """Wrap every key under a new master key; how many were wrapped. Objects stay as they are."""
        return self._keys.rotate()

    def check(self) -> None:
        """Raise unless master key, key store and object store answer."""
        self._keys.check()
        self._store.check()


def build_keys(settings: Settings) -> KeyRing:
    """The key ring the settings name. Outside production a missing local master key is made."""
    return KeyRing(_master(settings), _key_store(settings))


def build_vault(settings: Settings, keys: KeyRing | None = None) -> Vault:
    """The vault the settings name; connects to nothing until it is used."""
    return Vault(_object_store(settings), keys or build_keys(settings), settings.data_dir / "spool")


def field_cipher(settings: Settings) -> ColumnCipher:
    """The cipher of encrypted columns, for a ``Database`` outside the web application."""
    return ColumnCipher(build_keys(settings))


def _object_store(settings: Settings) -> ObjectStore:
    url = urlsplit(settings.object_store)
    if url.scheme == "s3":
        return S3Store(_client("s3", url), url.netloc, _options(url).get("prefix", ""))
    return DiskStore(_directory(url, settings.data_dir / "objects"))


def _key_store(settings: Settings) -> KeyStore:
    url = urlsplit(settings.key_store)
    if url.scheme == "s3":
        return S3KeyStore(_client("s3", url), url.netloc, _options(url).get("prefix", ""))
    return DiskKeyStore(_directory(url, settings.data_dir / "keys"))


def _master(settings: Settings) -> MasterKey:
    """The master key; raises MasterKeyRefused for a local one that others can read or that lies in data."""
    url = urlsplit(settings.master_key)
    if url.scheme == "kms":
        return KmsMaster(_client("kms", url), url.path)
    data = settings.data_dir.resolve()
    path = Path(url.path).resolve() if url.path else data.with_name(f"{data.name}.master.key")
    if url.scheme not in {"", "file"}:
        raise MasterKeyRefused("PORTAL_MASTER_KEY is file:/path or kms:key-id")
    if path.is_relative_to(data):
        raise MasterKeyRefused(f"the master key {path} must lie outside the data directory {data}")
    master = LocalMaster(path)
    if not settings.production:
        master.create()
    master.check()
    return master


def _directory(url: SplitResult, default: Path) -> Path:
    if url.scheme != "disk":
        raise ValueError("a store is disk:, disk:/path or s3://bucket")
    return Path(url.path) if url.path else default


def _client(service: str, url: SplitResult) -> AwsClient:
    options = _options(url)
    return AwsClient(service, endpoint=options.get("endpoint"), region=options.get("region"))


def _options(url: SplitResult) -> dict[str, str]:
    return dict(parse_qsl(url.query))
