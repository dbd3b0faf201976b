"""How long things last and how many tries there are. Sources: OWASP ASVS 5.0, NIST SP 800-63B-4."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from portal.core.actor import Role

SHORTEST_PASSWORD = 8
"""Eight is enough because nobody gets in without a second factor (63B-4 3.1.1.2); else it is 15."""
LONGEST_PASSWORD = 128
RECOVERY_CODES = 10
CONFIRM_WITHIN = timedelta(hours=24)
RESET_WITHIN = timedelta(minutes=15)
SEEN_EVERY = timedelta(seconds=60)
"""How exactly ``last_seen_at`` is kept: a write on every request would cost more than it tells."""

WORDS = Path(__file__).resolve().parent / "data" / "common_passwords.txt"
_LOOKALIKES = str.maketrans("@4€3!1|0$5+7", "aaeeiiiosstt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a session lasts without a request, and altogether."""

    idle: timedelta
    absolute: timedelta


_PATIENT = Limits(idle=timedelta(minutes=30), absolute=timedelta(hours=12))
_STAFF = Limits(idle=timedelta(minutes=15), absolute=timedelta(hours=8))
_ADMIN = Limits(idle=timedelta(minutes=10), absolute=timedelta(hours=4))
NOBODY = _PATIENT
"""Limits of a browser nobody has signed in with."""
LIMITS = MappingProxyType(
    {
        Role.PATIENT: _PATIENT,
        Role.CAREGIVER: _PATIENT,
        Role.COORDINATOR: _STAFF,
        Role.REVIEWER: _STAFF,
        Role.AUDITOR: _STAFF,
        Role.ADMIN: _ADMIN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Free attempts, then a wait that doubles with each further one; forgotten after ``memory``."""

    free: int
    wait: timedelta
    longest: timedelta
    memory: timedelta

    def blocked_until(self, attempts: int, at: datetime) -> datetime | None:
        """Until when the next attempt is refused after this many of them, or ``None``."""
        if attempts < self.free:
            return None
        doubled: int = 2 ** min(attempts - self.free, 20)
        return at + min(self.wait * doubled, self.longest)


_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
PATIENCE = MappingProxyType(
    {
        "code": Patience(free=5, wait=timedelta(seconds=60), longest=_QUARTER, memory=_DAY),
        "password": Patience(free=5, wait=timedelta(seconds=30), longest=_QUARTER, memory=_DAY),
        "origin": Patience(free=50, wait=timedelta(seconds=30), longest=_QUARTER, memory=timedelta(hours=1)),
        "mail": Patience(free=5, wait=_QUARTER, longest=_DAY, memory=_DAY),
        "mail-origin": Patience(free=30, wait=_QUARTER, longest=_DAY, memory=timedelta(hours=1)),
    }
)


def invitation_lasts(role: Role) -> timedelta:
    """How long an invitation to this role can be used."""
    return timedelta(hours=24) if role.staff else timedelta(hours=72)


def live(limits: Limits, *, created_at: datetime, last_seen_at: datetime, at: datetime) -> bool:
    """Whether a session is within both of its limits."""
    return at - last_seen_at <= limits.idle and at - created_at <= limits.absolute


def normalised_password(password: str) -> str:
    """The same password however the keyboard composed its letters (63B-4 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def is_guessable(password: str, context: tuple[str, ...] = ()) -> bool:
    """Whether a password is a common word, a run of keys, or made from the person's own name or address.

    :param context: words about this person: name, e-mail address.
    """
    plain = normalised_password(password).casefold()
    letters = _core(plain)
    own = {part for word in context for part in _parts(word) if len(part) >= 4}
    return (
        len(set(plain)) <= 3
        or _is_run(plain)
        or letters in _common()
        or plain in _common()
        or any(part in {plain, letters} or (len(plain) - len(part) < 4 and part in plain) for part in own)
    )


def _core(plain: str) -> str:
    """Without the digits and signs people put around a word, and with look-alike signs undone."""
    inner = plain.strip("0123456789!?.,;:*#-_+=/ ")
    return "".join(sign for sign in inner.translate(_LOOKALIKES) if sign.isalpha())


def _parts(word: str) -> list[str]:
    return [word.casefold(), *"".join(c if c.isalnum() else " " for c in word.casefold()).split()]


def _is_run(plain: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return steps <= {1, -1, 0}


@cache
def _common() -> frozenset[str]:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    words = {line for line in lines if line and not line.startswith("#")}
    return frozenset(words | {word * 2 for word in words})
