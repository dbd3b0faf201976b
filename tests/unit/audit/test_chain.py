"""The canonical form is fixed for ever: this hash was computed by hand from the documented form."""

import hashlib
from datetime import UTC, datetime

from portal.audit.chain import GENESIS, hash_of
from portal.audit.models import AuditRow


def test_the_documented_form() -> None:
    row = AuditRow(
        seq=1,
        at=datetime(2025, 1, 31, 9, 30, tzinfo=UTC),
        actor_id="0123456789abcdef0123456789abcdef",
        actor_role="reviewer",
        action="document.read",
        case_id=None,
        subject="é",
        prev_hash=GENESIS,
    )
    form = (
        '["portal/audit/v1","' + "0" * 64 + '",1,"2025-01-31T09:30:00.000000+00:00",'
        '"0123456789abcdef0123456789abcdef","reviewer","document.read",null,"\\u00e9",null,null]'
    )
    assert hash_of(row) == hashlib.sha256(form.encode()).hexdigest()
