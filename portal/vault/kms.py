"""A master key in AWS KMS."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal.vault.errors import Tampered
from portal.vault.secret import SecretKey
from portal.vault.stores.aws import AwsClient, error_code, unavailable

KMS = b"K1"


class KmsMaster:
    """A key in AWS KMS; only wrapped keys and opaque names ever reach it."""

    def __init__(self, client: AwsClient, key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def check(self) -> None:
        """See :class:`portal.vault.master.MasterKey`."""
        self.new_key("check")

    def new_key(self, name: str) -> tuple[SecretKey, bytes]:
        """See :class:`portal.vault.master.MasterKey`."""
        with _kms_errors():
            answer = self._client.api.generate_data_key(
                KeyId=self._key_id, KeySpec="AES_256", EncryptionContext=_context(name)
            )
        return SecretKey(answer["Plaintext"]), KMS + answer["CiphertextBlob"]

    def unwrap(self, name: str, wrapped: bytes) -> SecretKey:
        """See :class:`portal.vault.master.MasterKey`."""
        with _kms_errors(name):
            answer = self._client.api.decrypt(
                CiphertextBlob=_blob(name, wrapped), EncryptionContext=_context(name)
            )
        return SecretKey(answer["Plaintext"])

    def rewrap(self, name: str, wrapped: bytes) -> bytes:
        """See :class:`portal.vault.master.MasterKey`; the key itself never leaves KMS."""
        with _kms_errors(name):
            answer = self._client.api.re_encrypt(
                CiphertextBlob=_blob(name, wrapped),
                DestinationKeyId=self._key_id,
                SourceEncryptionContext=_context(name),
                DestinationEncryptionContext=_context(name),
            )
        return KMS + bytes(answer["CiphertextBlob"])

    def renew(self) -> None:
        """Nothing to do: the newest key is the one the settings name, and KMS rotates it by itself."""

    def retire(self) -> None:
        """Nothing to do: old keys are disabled in KMS, by whoever owns them."""


def _context(name: str) -> dict[str, str]:
    return {"portal-key": name}


def _blob(name: str, wrapped: bytes) -> bytes:
    if not wrapped.startswith(KMS):
        raise Tampered(f"the wrapped key {name} was not made by KMS")
    return wrapped[len(KMS) :]


@contextmanager
def _kms_errors(name: str = "") -> Iterator[None]:
    from botocore.exceptions import ClientError  # noqa: PLC0415

    with unavailable("The key service cannot be reached right now. Try again in a few minutes."):
        try:
            yield
        except ClientError as error:
            if error_code(error) in {"InvalidCiphertextException", "IncorrectKeyException"}:
                raise Tampered(f"the wrapped key {name} does not authenticate") from None
            raise
