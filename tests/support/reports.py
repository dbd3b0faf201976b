"""Reports that the tests make themselves: PDFs with typst, photos and scans with Pillow."""

import io
from functools import cache

TEMPLATE = """
#set page(paper: "us-letter", margin: 2cm)
#set text(size: 11pt)
= {title}
#for n in range(1, {pages} + 1) [
  Page #n of {pages}. {body}
  #if n < {pages} [ #pagebreak() ]
]
"""
BODY = "Estrogen receptor positive, 90 %. HER2 0 by IHC. ESR1 p.D538G detected, VAF 4.2 %."


@cache
def pdf(*, title: str = "Biomarker report", body: str = BODY, pages: int = 1) -> bytes:
    """A born-digital PDF with a text layer."""
    import typst  # noqa: PLC0415 - slow to import

    source = TEMPLATE.format(title=title, body=body, pages=pages)
    return bytes(typst.compile(source.encode()))


@cache
def locked_pdf(password: str = "secret") -> bytes:
    """A PDF that opens only with a password."""
    import pikepdf  # noqa: PLC0415

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner=password, user=password))
    return out.getvalue()


@cache
def photo(*, width: int = 600, height: int = 800, orientation: int = 1, gps: bool = False) -> bytes:
    """A JPEG as a phone takes it: a dark band along its top edge, EXIF orientation, perhaps a place."""
    from PIL import Image, ImageDraw  # noqa: PLC0415

    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width, height // 10), fill="black")
    exif = Image.Exif()
    exif[0x0112] = orientation
    if gps:
        exif[0x010E] = "canary-place"
        exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@cache
def scan(*, width: int = 600, height: int = 800, mode: str = "L") -> bytes:
    """A PNG as a scanner makes it."""
    from PIL import Image  # noqa: PLC0415

    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, "PNG")
    return out.getvalue()


def huge_png(side: int = 20_000) -> bytes:
    """A PNG whose header promises a square of ``side`` pixels, with none behind it."""
    import struct  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
