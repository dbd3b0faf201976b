"""Why a file cannot be used, as keys: stored in rows and sent over pipes. ``presenters`` has the words."""

from enum import StrEnum


class Refusal(StrEnum):
    """One reason; a document has at most one."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TYPE = "type"
    MISLABELLED = "mislabelled"
    CUT_OFF = "cut_off"
    TRAILING = "trailing"
    PASSWORD = "password"  # noqa: S105 - a reason, not a secret
    DAMAGED = "damaged"
    NO_PAGES = "no_pages"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_COMPLEX = "too_complex"
    CASE_BYTES = "case_bytes"
    CASE_FILES = "case_files"


LIMITS = frozenset({Refusal.TOO_LARGE, Refusal.CASE_BYTES, Refusal.CASE_FILES})


class Refused(Exception):
    """A file that cannot be used, and why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
