"""Upload through the portal ÷ plain boto3: ``python bench/upload.py [--mib 256] [--rounds 3] [--no-large]``.

Both sides send the same file to the same S3 endpoint on the same machine and take turns. The portal's
side is a signed-in patient's request to a real web server, sealed on its way. Memory is the most the
server's process ever had while it took one file.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.support import AWS, MIB, Client, make_case, make_person, running_portal, s3_endpoint
from portal.core.actor import Role

WANTED_RATIO = 0.6
WANTED_PEAK_MIB = 200
WANTED_GROWTH = 1.25


def make_file(path: Path, mib: int) -> Path:
    """A file that looks like a PDF from outside and cannot be compressed."""
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        for _ in range(mib - 1):
            file.write(os.urandom(MIB))
        file.write(os.urandom(MIB - 9 - 7) + b"\n%%EOF\n")
    return path


def seconds(act: Callable[[], object]) -> float:
    """How long it took."""
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def uploader(client: Client, reference: str) -> Callable[[Path], None]:
    """Sends a file through the raw endpoint."""
    url = f"/cases/{reference}/documents"
    headers = {
        "X-CSRFToken": client.token(url),
        "X-Document-Kind": "imaging",
        "X-File-Name": "bench.pdf",
        "Content-Type": "application/octet-stream",
    }

    def send(path: Path) -> None:
        with path.open("rb") as file:
            sized = {**headers, "Content-Length": str(path.stat().st_size)}
            client.request("POST", f"{url}/raw", status=201, headers=sized, body=file)

    return send


def baseline(endpoint: str) -> Callable[[Path], None]:
    """Sends a file as boto3 does."""
    import boto3  # noqa: PLC0415 - slow to import

    api: Any = boto3.client("s3", endpoint_url=endpoint)

    def send(path: Path) -> None:
        with path.open("rb") as file:
            api.upload_fileobj(file, "bench", "plain")
        api.delete_object(Bucket="bench", Key="plain")

    return send


def main() -> int:
    """Print the figures; 1 when one of them is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-large", action="store_true", help="leave out the file four times as large")
    options = parser.parse_args()
    os.environ.update(AWS)
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        directory = Path(name)
        with (
            s3_endpoint(directory / "s3") as endpoint,
            running_portal(object_store=f"s3://bench?endpoint={endpoint}") as portal,
            closing(Client(portal, make_person(portal, Role.PATIENT))) as client,
        ):
            case = make_case(portal, client.actor)
            ours, plain = uploader(client, case.reference), baseline(endpoint)
            small = make_file(directory / "small.pdf", 1)
            ours(small)
            plain(small)
            file = make_file(directory / "file.pdf", options.mib)
            taken = [
                (seconds(lambda: ours(file)), seconds(lambda: plain(file))) for _ in range(options.rounds)
            ]
            mine, theirs = (statistics.median(column) for column in zip(*taken, strict=True))
            peak = portal.peak_mib()
            ratio = theirs / mine
            print(f"{options.mib} MiB uploaded ÷ boto3 upload_fileobj: {ratio:.2f}, wanted ≥ {WANTED_RATIO}")
            print(
                f"    {options.mib / mine:.0f} ÷ {options.mib / theirs:.0f} MiB/s, median of {options.rounds}"
            )
            print(f"peak memory of the server: {peak:.0f} MiB, wanted ≤ {WANTED_PEAK_MIB}")
            met = ratio >= WANTED_RATIO and peak <= WANTED_PEAK_MIB
            if options.no_large:
                return 0 if met else 1
            large = make_file(directory / "large.pdf", 4 * options.mib)
            portal.reset_peak()
            large_seconds = seconds(lambda: ours(large))
            growth = portal.peak_mib() / peak
            print(f"peak memory, file four times as large ÷ this one: {growth:.2f}, wanted ≤ {WANTED_GROWTH}")
            print(f"    {portal.peak_mib():.0f} MiB; {4 * options.mib / large_seconds:.0f} MiB/s")
            return 0 if met and growth <= WANTED_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
