"""How much sealing costs: ``python -m bench.vault [--mib 256] [--rounds 3]``.

Every figure is a ratio against a baseline measured in the same run, the two taking turns; the median
of the rounds is printed. The S3 server is moto in a process of its own, which shares the machine.
"""

import argparse
import io
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.settings import Settings
from portal.vault.envelope import SEGMENT
from portal.vault.services import Vault, build_vault
from portal.vault.writer import SealedObject

CASE = "0" * 32
CHUNK = 64 * 1024
MIB = 1024 * 1024
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Pattern(io.RawIOBase):
    """A file of ``size`` random-looking bytes that takes no memory, as a request body does."""

    def __init__(self, size: int) -> None:
        self._block = memoryview(os.urandom(MIB + CHUNK))
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        count = min(len(view), self._left, MIB)
        start = self._left % CHUNK
        view[:count] = self._block[start : start + count]
        self._left -= count
        return count


def write(vault: Vault, size: int) -> SealedObject:
    source = Pattern(size)
    with vault.write(CASE) as writer:
        while chunk := source.read(CHUNK):
            writer.write(chunk)
        return writer.finish()


def seconds(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def compare(
    name: str, mib: int, rounds: int, ours: Callable[[], object], baseline: Callable[[], object]
) -> None:
    """Print the speed of ``ours`` ÷ the speed of ``baseline``."""
    taken = [(seconds(ours), seconds(baseline)) for _ in range(rounds)]
    mine, theirs = (statistics.median(column) for column in zip(*taken, strict=True))
    print(f"{name:<52} {theirs / mine:5.2f}   ({mib / mine:5.0f} ÷ {mib / theirs:5.0f} MiB/s)", flush=True)


@contextmanager
def s3_server() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def vault_on(directory: Path, **stores: str) -> Vault:
    master = f"file:{directory / 'master.key'}"
    vault = build_vault(
        Settings(environment="test", data_dir=directory / "data", master_key=master, **stores)
    )
    vault.create_case_key(CASE)
    return vault


def bench_s3(directory: Path, endpoint: str, mib: int, rounds: int) -> None:
    client = boto3.client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket="bench")
    vault = vault_on(directory, object_store=f"s3://bench?endpoint={endpoint}")
    numbers = iter(range(1_000_000))

    def ours(size: int) -> None:
        vault.delete(write(vault, size).object_id)

    def plain(size: int) -> None:
        key = f"plain-{next(numbers)}"
        client.upload_fileobj(io.BufferedReader(Pattern(size), MIB), "bench", key)
        client.delete_object(Bucket="bench", Key=key)

    def put(size: int) -> None:
        key = f"plain-{next(numbers)}"
        client.put_object(Bucket="bench", Key=key, Body=os.urandom(size))
        client.delete_object(Bucket="bench", Key=key)

    ours(MIB)
    plain(MIB)
    size = mib * MIB
    compare("write to S3 ÷ boto3 upload_fileobj", mib, rounds, lambda: ours(size), lambda: plain(size))
    compare("write 1 MiB to S3 ÷ boto3 put_object", 1, 30, lambda: ours(MIB), lambda: put(MIB))
    sealed, key = write(vault, size), "plain-to-read"
    client.upload_fileobj(io.BufferedReader(Pattern(size), MIB), "bench", key)
    compare(
        "read from S3 ÷ boto3 get_object of the same ranges",
        mib,
        rounds,
        lambda: read(vault, sealed),
        lambda: [
            client.get_object(Bucket="bench", Key=key, Range=f"bytes={start}-{start + 8 * MIB - 1}")[
                "Body"
            ].read()
            for start in range(0, size, 8 * MIB)
        ],
    )


def bench_disk(directory: Path, mib: int, rounds: int) -> None:
    vault = vault_on(directory)
    size = mib * MIB

    def plain() -> None:
        path = directory / "plain"
        source = Pattern(size)
        with path.open("wb", buffering=0) as file:
            while chunk := source.read(CHUNK):
                file.write(chunk)
            os.fsync(file.fileno())
        path.unlink()

    def ours() -> None:
        vault.delete(write(vault, size).object_id)

    compare("write to disk ÷ plain file with fsync", mib, rounds, ours, plain)
    aead, sealed = AESGCM(os.urandom(32)), write(vault, size)
    segment = aead.encrypt(bytes(12), os.urandom(SEGMENT), b"")

    def decrypt() -> None:
        for _ in range(mib):
            aead.decrypt(bytes(12), segment, b"")

    compare("read from disk ÷ AES-GCM of bytes in memory", mib, rounds, lambda: read(vault, sealed), decrypt)


def read(vault: Vault, sealed: SealedObject) -> None:
    for _ in vault.open(CASE, sealed.object_id, sealed.manifest).chunks():
        pass


def bench_memory(directory: Path, mib: int) -> None:
    """Peak memory after an object four times as large ÷ before; runs first, baselines take more."""
    vault, peaks = vault_on(directory), []
    for size in (mib, 4 * mib):
        vault.delete(write(vault, size * MIB).object_id)
        peaks.append(peak_mib())
    name = f"peak memory, write of {4 * mib} MiB ÷ {mib} MiB"
    print(f"{name:<52} {peaks[1] / peaks[0]:5.2f}   ({peaks[1]:5.0f} ÷ {peaks[0]:5.0f} MiB)", flush=True)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ.update(ENVIRONMENT)
    with tempfile.TemporaryDirectory() as temporary, s3_server() as endpoint:
        bench_memory(Path(temporary) / "memory", options.mib)
        bench_disk(Path(temporary) / "disk", options.mib, options.rounds)
        bench_s3(Path(temporary) / "s3", endpoint, options.mib, options.rounds)


if __name__ == "__main__":
    main()
