"""Cheap checks of an upload while its bytes pass by: extension, first bytes, last bytes, size.

The full parse happens later, in the sandbox of :mod:`portal.documents.rendering`. Both must agree.
"""

from collections.abc import Mapping
from types import MappingProxyType

from portal.documents.verdicts import Refusal, Refused

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"

EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {"pdf": PDF, "jpg": JPEG, "jpeg": JPEG, "jpe": JPEG, "jfif": JPEG, "png": PNG}
)
EXTENSION_OF: Mapping[str, str] = MappingProxyType({PDF: "pdf", JPEG: "jpg", PNG: "png"})
ACCEPT = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"

_MAGIC = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
HEAD_BYTES = 8
TAIL_BYTES = 1024
_PDF_SPACE = b"\x00\t\n\x0c\r "


def media_type_of_name(file_name: str) -> str:
    """The media type that the extension promises; raises :class:`Refused` for one we do not take."""
    _, dot, extension = file_name.rpartition(".")
    media_type = EXTENSIONS.get(extension.lower()) if dot else None
    if media_type is None:
        raise Refused(Refusal.TYPE)
    return media_type


def media_type_of_head(head: bytes) -> str | None:
    """The media type that the first bytes show, at offset 0 and nowhere else."""
    return next((media_type for magic, media_type in _MAGIC if head.startswith(magic)), None)


class PassingFile:
    """Watches the bytes of one upload go by and refuses as soon as it can.

    ``max_bytes`` is what one file may have, ``case_bytes`` what its case has left. Raises
    :class:`Refused` from :meth:`feed` and :meth:`finish`; after the latter the extension, the first
    bytes and the last bytes agree.
    """

    def __init__(self, file_name: str, *, max_bytes: int, case_bytes: int) -> None:
        self.media_type = media_type_of_name(file_name)
        self.size = 0
        self._max_bytes = max_bytes
        self._case_bytes = case_bytes
        self._head = b""
        self._tail = b""

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        self.size += len(chunk)
        self.check_size(self.size)
        if len(self._head) < HEAD_BYTES:
            self._head = (self._head + chunk[:HEAD_BYTES])[:HEAD_BYTES]
            if len(self._head) == HEAD_BYTES:
                self._check_head()
        self._tail = chunk[-TAIL_BYTES:] if len(chunk) >= TAIL_BYTES else (self._tail + chunk)[-TAIL_BYTES:]

    def check_size(self, size: int) -> None:
        """Refuse a file of ``size`` bytes if it is too large; also for a size announced beforehand."""
        if size > self._max_bytes:
            raise Refused(Refusal.TOO_LARGE)
        if size > self._case_bytes:
            raise Refused(Refusal.CASE_BYTES)

    def finish(self) -> None:
        """Judge the file as a whole."""
        if self.size == 0:
            raise Refused(Refusal.EMPTY)
        self._check_head()
        if self.media_type == PDF:
            self._check_pdf_end()

    def _check_head(self) -> None:
        found = media_type_of_head(self._head)
        if found is None:
            raise Refused(Refusal.DAMAGED if len(self._head) < HEAD_BYTES else Refusal.MISLABELLED)
        if found != self.media_type:
            raise Refused(Refusal.MISLABELLED)

    def _check_pdf_end(self) -> None:
        """Nothing but white space may follow the end mark: what hides behind it is not part of the PDF."""
        _, mark, after = self._tail.rpartition(b"%%EOF")
        if not mark:
            raise Refused(Refusal.CUT_OFF)
        if after.strip(_PDF_SPACE):
            raise Refused(Refusal.TRAILING)
