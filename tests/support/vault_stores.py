"""Stores for the tests of the vault: a directory, or a bucket on a local S3 server; with raw access."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
from moto.server import ThreadedMotoServer

from portal.settings import Settings
from portal.vault.envelope import OVERHEAD, SEGMENT

CASE = "0123456789abcdef0123456789abcdef"
STORED = SEGMENT + OVERHEAD
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Raw(Protocol):
    """What a thief or a broken disk can do to stored objects."""

    def get(self, key: str) -> bytes: ...

    def put(self, key: str, data: bytes) -> None: ...

    def keys(self) -> set[str]: ...

    def unfinished(self) -> int: ...


@dataclass
class RawDisk:
    root: Path

    def get(self, key: str) -> bytes:
        return (self.root / key[:2] / key).read_bytes()

    def put(self, key: str, data: bytes) -> None:
        (self.root / key[:2] / key).write_bytes(data)

    def keys(self) -> set[str]:
        return {path.name for path in self.root.glob("*/*") if path.parent.name != "uploads"}

    def unfinished(self) -> int:
        return len(list((self.root / "uploads").glob("*")))


@dataclass
class RawS3:
    client: Any
    bucket: str

    def get(self, key: str) -> bytes:
        body: bytes = self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=key, Body=data)

    def keys(self) -> set[str]:
        return {entry["Key"] for entry in self.client.list_objects_v2(Bucket=self.bucket).get("Contents", ())}

    def unfinished(self) -> int:
        return len(self.client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", ()))


@dataclass
class Aws:
    """A local AWS: S3 and KMS."""

    server: ThreadedMotoServer
    endpoint: str

    @classmethod
    def start(cls) -> "Aws":
        server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        return cls(server, f"http://{host}:{port}")

    def client(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self.endpoint, region_name="us-east-1")

    def bucket(self, *, versioned: bool = False) -> str:
        name = f"bucket-{secrets.token_hex(8)}"
        self.client("s3").create_bucket(Bucket=name)
        if versioned:
            self.client("s3").put_bucket_versioning(
                Bucket=name, VersioningConfiguration={"Status": "Enabled"}
            )
        return name

    def url(self, bucket: str) -> str:
        return f"s3://{bucket}?endpoint={self.endpoint}"


def vault_settings(directory: Path, **changes: Any) -> Settings:
    """Settings with data and master key in ``directory``, side by side."""
    values: dict[str, Any] = {
        "environment": "test",
        "data_dir": directory / "data",
        "master_key": f"file:{directory / 'outside' / 'master.key'}",
    }
    return Settings(**(values | changes))
