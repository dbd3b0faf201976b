"""A small S3 server for benchmarks: ``python -m bench.sink --port 9100 DIRECTORY``.

Objects are files on disk; parts are kept as they came and never copied, as object stores do. It speaks
what boto3 and the portal use: PutObject, multipart uploads, HEAD, ranged GET, DELETE. CRC-32 checksums
are checked; signatures are not. It is a process of its own, so both sides of a ratio pay the same for it.
"""

import argparse
import base64
import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

PIECE = 1024 * 1024


class Sink(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    root: ClassVar[Path]
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_PUT(self) -> None:
        """PutObject, UploadPart or CreateBucket."""
        path, query = self._target()
        if self.root in (path, path.parent):
            path.mkdir(exist_ok=True)
            self._answer(200)
        elif "partNumber" in query:
            self._part(self._upload(path, query), int(query["partNumber"]))
        else:
            upload = self._new_upload(path)
            if self._receive(upload / "1"):
                self._join(path, upload, ["1"])
                self._answer(200, headers={"ETag": '"whole"'})

    def do_POST(self) -> None:
        """CreateMultipartUpload or CompleteMultipartUpload."""
        path, query = self._target()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "uploads" in query:
            upload = self._new_upload(path)
            self._xml(
                f"<InitiateMultipartUploadResult><UploadId>{upload.name}</UploadId></InitiateMultipartUploadResult>"
            )
            return
        numbers = re.findall(rb"<PartNumber>(\d+)</PartNumber>", body)
        self._join(path, self._upload(path, query), [number.decode() for number in numbers])
        self._xml('<CompleteMultipartUploadResult><ETag>"parts"</ETag></CompleteMultipartUploadResult>')

    def do_HEAD(self) -> None:
        """HeadObject or HeadBucket."""
        path, _ = self._target()
        if path.parent == self.root:
            self._answer(200 if path.is_dir() else 404)
            return
        parts = self._parts(path)
        size = sum(part.stat().st_size for part in parts)
        self._answer(200 if parts else 404, size=size if parts else 0)

    def do_GET(self) -> None:
        """GetObject, whole or a range."""
        path, _ = self._target()
        parts = self._parts(path)
        if not parts:
            self._xml("<Error><Code>NoSuchKey</Code></Error>", 404)
            return
        size = sum(part.stat().st_size for part in parts)
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        start, end = (int(asked[1]), min(int(asked[2]) + 1, size)) if asked else (0, size)
        headers = {"Content-Range": f"bytes {start}-{end - 1}/{size}"} if asked else {}
        self._answer(206 if asked else 200, size=end - start, headers=headers)
        for piece in _range(parts, start, end):
            self.wfile.write(piece)

    def do_DELETE(self) -> None:
        """DeleteObject or AbortMultipartUpload."""
        path, query = self._target()
        gone = self._upload(path, query) if "uploadId" in query else path
        shutil.rmtree(gone, ignore_errors=True)
        self._answer(204)

    def _target(self) -> tuple[Path, dict[str, str]]:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query, keep_blank_values=True).items()}
        bucket, _, key = unquote(url.path).strip("/").partition("/")
        return (self.root / bucket / key.replace("/", "_") if key else self.root / bucket), query

    def _new_upload(self, path: Path) -> Path:
        upload = path.with_name(f".{secrets.token_hex(8)}")
        upload.mkdir(parents=True)
        return upload

    def _upload(self, path: Path, query: dict[str, str]) -> Path:
        return path.with_name(query["uploadId"])

    def _part(self, upload: Path, number: int) -> None:
        if self._receive(upload / str(number)):
            self._answer(200, headers={"ETag": f'"{number}"'})

    def _receive(self, file: Path) -> bool:
        """Write the body to ``file``; false, and an answer sent, when its checksum is wrong."""
        crc = 0
        with file.open("wb", buffering=0) as out:
            for piece in self._body():
                crc = zlib.crc32(piece, crc)
                out.write(piece)
        wanted = self.headers.get("x-amz-checksum-crc32")
        if wanted and base64.b64decode(wanted) != crc.to_bytes(4, "big"):
            self._xml("<Error><Code>BadDigest</Code></Error>", 400)
            return False
        return True

    def _body(self) -> Iterator[memoryview]:
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            yield from self._exactly(int(self.headers["Content-Length"]))
            return
        while length := int(self.rfile.readline().partition(b";")[0], 16):
            yield from self._exactly(length)
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue

    def _exactly(self, length: int) -> Iterator[memoryview]:
        """The next bytes: what was read ahead, then straight from the socket, a piece at a time."""
        ahead = self.rfile.peek(1)[:length] if length else b""  # type: ignore[attr-defined]
        self.rfile.read(len(ahead))
        length -= len(ahead)
        yield memoryview(ahead)
        buffer = memoryview(bytearray(min(PIECE, length)))
        while length:
            count = self.connection.recv_into(buffer, min(PIECE, length), socket.MSG_WAITALL)
            if not count:
                raise ConnectionError
            length -= count
            yield buffer[:count]

    def _join(self, path: Path, upload: Path, numbers: list[str]) -> None:
        (upload / "parts").write_text(json.dumps(numbers))
        upload.rename(path)

    def _parts(self, path: Path) -> list[Path]:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            return [path / number for number in json.loads((path / "parts").read_text())]
        return []

    def _xml(self, body: str, status: int = 200) -> None:
        data = body.encode()
        self._answer(status, size=len(data), headers={"Content-Type": "application/xml"})
        self.wfile.write(data)

    def _answer(self, status: int, *, size: int = 0, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(size))
        self.end_headers()


def _range(parts: list[Path], start: int, end: int) -> Iterator[bytes]:
    """Bytes ``start`` to ``end`` of the parts laid end to end."""
    offset = 0
    for part in parts:
        size = part.stat().st_size
        first, last = max(start - offset, 0), min(end - offset, size)
        if first < last:
            with part.open("rb", buffering=0) as file:
                os.lseek(file.fileno(), first, os.SEEK_SET)
                while first < last:
                    piece = file.read(min(PIECE, last - first))
                    first += len(piece)
                    yield piece
        offset += size


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("directory", type=Path)
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    Sink.root = options.directory
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Sink)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
