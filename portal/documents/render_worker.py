"""The renderer's process: ``python -m portal.documents.render_worker``, started by ``rendering``.

It confines itself, says that it is ready and takes one job from standard input. Whatever a parser does
to it costs that one document.
"""

import io
import json
import struct
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from PIL import Image, MpoImagePlugin, TiffImagePlugin

from portal.documents import frames, render_image, render_pdf, sandbox
from portal.documents.frames import Limits, RenderedPage
from portal.documents.remote_file import BLOCK, RemoteFile
from portal.documents.verdicts import Refusal, Refused

LOADED_EARLY = (MpoImagePlugin, TiffImagePlugin)
PARSER_ERRORS = (
    ValueError,
    OSError,
    ArithmeticError,
    LookupError,
    AttributeError,
    TypeError,
    RuntimeError,
    struct.error,
)


def main() -> None:
    """Take one job and answer it."""
    limits = Limits(**json.loads(sys.argv[1]))
    _warm_up(limits)
    sandbox.confine(memory=limits.memory, seconds=limits.total_seconds)
    source, out = sys.stdin.buffer, sys.stdout.buffer
    frames.write_frame(out, b"H")
    letter, body = frames.read_frame(source.read, frames.MAX_JOB)
    if letter == b"J":
        _answer(json.loads(body), source, out, limits)


def _answer(job: dict[str, Any], source: BinaryIO, out: BinaryIO, limits: Limits) -> None:
    file = RemoteFile(out, source, job["size"])
    try:
        sandbox.allow_processor(limits.page_seconds, total=limits.total_seconds)
        for page in _pages(job, file, out, limits):
            frames.write_frame(out, b"P", page.packed())
            sandbox.allow_processor(limits.page_seconds, total=limits.total_seconds)
        frames.write_frame(out, b"E")
    except Refused as refused:
        frames.write_frame(out, b"X", refused.reason.value.encode())
    except MemoryError:
        frames.write_frame(out, b"X", Refusal.TOO_COMPLEX.value.encode())
    except PARSER_ERRORS:
        frames.write_frame(out, b"X", Refusal.DAMAGED.value.encode())


def _pages(job: dict[str, Any], file: RemoteFile, out: BinaryIO, limits: Limits) -> Iterator[RenderedPage]:
    if job["media_type"] != "application/pdf":
        picture = render_image.page(io.BufferedReader(file, BLOCK), job["media_type"], limits)
        frames.write_frame(out, b"N", frames.COUNT.pack(1))
        yield picture
        return
    document = render_pdf.open_document(file, limits)
    frames.write_frame(out, b"N", frames.COUNT.pack(len(document)))
    yield from render_pdf.pages(document, job["first"], limits)


def _warm_up(limits: Limits) -> None:
    """Walk every road once, so that nothing is imported after opening files is forbidden."""
    for media_type, (name, *_) in render_image.FORMATS.items():
        sample = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.new("L", (2, 3)).save(sample, name, exif=exif)
        render_image.page(sample, media_type, limits)
    empty = io.BytesIO()
    render_pdf.blank().save(empty)
    list(render_pdf.pages(render_pdf.open_document(empty, limits), 1, limits))


if __name__ == "__main__":
    main()
