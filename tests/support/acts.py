"""Which acts the code records, read off its source."""

import re
from pathlib import Path

_CALL = re.compile(r"(?:\bdid|record_read|_record)\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_ACT = re.compile(r'"([a-z]+\.[a-z_-]+)"')
_NOT_ON_CASES = {"accounts", "audit"}


def acts_in_code(folder: Path) -> set[str]:
    """Every act written out in the rooms that touch cases."""
    sources = (path for path in folder.rglob("*.py") if not _NOT_ON_CASES & set(path.parts))
    calls = (call for path in sources for call in _CALL.findall(path.read_text(encoding="utf-8")))
    found = {act for call in calls for act in _ACT.findall(call)}
    assert len(found) > 25, "the pattern no longer finds the calls"
    return found
