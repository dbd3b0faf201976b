"""Objects in an S3 bucket: AWS, or any server that speaks its protocol."""

import zlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from portal.core.errors import Unavailable
from portal.vault.errors import ObjectMissing
from portal.vault.stores import PartReceipt
from portal.vault.stores.aws import AwsClient, error_code, unavailable

MESSAGE = "The file store cannot be reached right now. Try again in a few minutes."
_MISSING = {"NoSuchKey", "NoSuchVersion", "404", "NotFound"}


class S3Store:
    """One bucket (and prefix). Parts carry a CRC-32 that the store checks; what is read back is authenticated
    by the envelope, so bodies are neither hashed for the signature nor checksummed again on the way out.
    """

    def __init__(self, client: AwsClient, bucket: str, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def put(self, key: str, data: bytearray) -> str:
        """See :class:`portal.vault.stores.ObjectStore`; the answer says the checksum held, so no HEAD."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        with _errors(key):
            try:
                answer = self._client.api.put_object(
                    **self._address(key), Body=data, ChecksumCRC32=_crc32(data), IfNoneMatch="*"
                )
            except (BotoCoreError, ClientError) as failure:
                return self._look(key, len(data), failure)
        return str(answer.get("VersionId", ""))

    def begin(self, key: str) -> str:
        """See :class:`portal.vault.stores.ObjectStore`."""
        with _errors(key):
            answer = self._client.api.create_multipart_upload(**self._address(key), ChecksumAlgorithm="CRC32")
        return str(answer["UploadId"])

    def put_part(self, key: str, handle: str, number: int, data: bytearray) -> PartReceipt:
        """See :class:`portal.vault.stores.ObjectStore`."""
        checksum = _crc32(data)
        with _errors(key):
            answer = self._client.api.upload_part(
                **self._address(key), UploadId=handle, PartNumber=number, Body=data, ChecksumCRC32=checksum
            )
        return PartReceipt(number, answer["ETag"], checksum)

    def complete(self, key: str, handle: str, receipts: Sequence[PartReceipt], size: int) -> str:
        """See :class:`portal.vault.stores.ObjectStore`."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        parts = [
            {"PartNumber": receipt.number, "ETag": receipt.tag, "ChecksumCRC32": receipt.checksum}
            for receipt in receipts
        ]
        failure: Exception | None = None
        with _errors(key):
            try:
                self._client.api.complete_multipart_upload(
                    **self._address(key), UploadId=handle, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
                )
            except (BotoCoreError, ClientError) as error:
                failure = error
            return self._look(key, size, failure)

    def abort(self, key: str, handle: str) -> None:
        """See :class:`portal.vault.stores.ObjectStore`."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        with _errors(key):
            try:
                self._client.api.abort_multipart_upload(**self._address(key), UploadId=handle)
            except ClientError as error:
                if error_code(error) != "NoSuchUpload":
                    raise

    def read(self, key: str, version: str, start: int, length: int) -> tuple[bytes, int]:
        """See :class:`portal.vault.stores.ObjectStore`."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        address = self._address(key) | ({"VersionId": version} if version else {})
        wanted = f"bytes={start}-{start + length - 1}"
        with _errors(key):
            try:
                return self._fetch(address, wanted)
            except ClientError as error:
                if error_code(error) == "InvalidRange":
                    return b"", 0
                raise

    def _fetch(self, address: dict[str, str], wanted: str) -> tuple[bytes, int]:
        """One ranged GET; a connection that breaks inside the body is tried once more."""
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415

        answer = self._client.api.get_object(**address, Range=wanted)
        try:
            data = answer["Body"].read()
        except BotoCoreError:
            answer = self._client.api.get_object(**address, Range=wanted)
            data = answer["Body"].read()
        return data, int(answer["ContentRange"].rpartition("/")[2])

    def delete(self, key: str) -> None:
        """See :class:`portal.vault.stores.ObjectStore`."""
        with _errors(key):
            self._client.api.delete_object(**self._address(key))

    def check(self) -> None:
        """See :class:`portal.vault.stores.ObjectStore`."""
        with unavailable(MESSAGE):
            self._client.api.head_bucket(Bucket=self._bucket)

    def _look(self, key: str, size: int, failure: Exception | None) -> str:
        """The version of what lies under ``key``, or ``failure`` when it is not what was sent.

        A lost answer does not mean that nothing was stored, and a repeated request is refused because
        the first one succeeded. The key is random and ours alone, so what lies there is what we sent.
        """
        from botocore.exceptions import ClientError  # noqa: PLC0415

        try:
            head = self._client.api.head_object(**self._address(key))
        except ClientError as error:
            raise failure or Unavailable(MESSAGE) from error
        if head["ContentLength"] != size:
            raise Unavailable(MESSAGE) from failure
        return str(head.get("VersionId", ""))

    def _address(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}


def _crc32(data: bytearray) -> str:
    return b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


@contextmanager
def _errors(key: str) -> Iterator[None]:
    from botocore.exceptions import ClientError  # noqa: PLC0415

    with unavailable(MESSAGE):
        try:
            yield
        except ClientError as error:
            if error_code(error) in _MISSING:
                raise ObjectMissing(key) from None
            raise
