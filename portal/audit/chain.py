"""How one row follows from the one before: the canonical form and its hash.

The hash is SHA-256, in hex, of the UTF-8 bytes of a JSON array without spaces, non-ASCII escaped:
``["portal/audit/v1", prev_hash, seq, at, actor_id, actor_role, action, case_id, subject, reason,
origin]``. ``at`` is UTC as ``2025-01-31T09:30:00.000000+00:00``; absent values are ``null``. The first
row has ``seq`` 1 and a ``prev_hash`` of 64 zeros.
"""

import hashlib
import json
from datetime import UTC

from portal.audit.models import AuditRow

FORMAT = "portal/audit/v1"
GENESIS = "0" * 64


def hash_of(row: AuditRow) -> str:
    """The hash that ``row`` must carry, given what its columns say."""
    values = [
        FORMAT,
        row.prev_hash,
        row.seq,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.actor_id,
        row.actor_role,
        row.action,
        row.case_id,
        row.subject,
        row.reason,
        row.origin,
    ]
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()
