"""Walks the whole chain and says in plain words what does not hold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from portal.audit.anchor import Anchor
from portal.audit.chain import GENESIS, hash_of
from portal.audit.models import AuditRow

ANCHOR_STARTED = "audit.anchored"
"""The act noted when an anchor file is begun; without the file, its row proves that the file was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``rows`` were read, ``anchors`` compared; the trail is intact when there are no ``problems``."""

    rows: int
    anchors: int
    problems: Sequence[str]


def verify(rows: Iterable[AuditRow], anchors: Sequence[Anchor] | None) -> Verdict:
    """Check every row against its own hash, the row before, and the anchors.

    :param rows: the whole trail, oldest first, read after ``anchors``.
    """
    walk = _Walk(anchors or ())
    problems = [problem for row in rows for problem in walk.check(row)]
    problems += walk.cut_tail()
    if anchors is None and walk.anchor_started:
        problems.append("The anchor file is gone, so nobody can tell whether the newest rows were cut off.")
    return Verdict(rows=walk.rows, anchors=len(anchors or ()), problems=problems)


class _Walk:
    """Where the walk stands: the last row seen and what it hashed to."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        self.rows = 0
        self.anchor_started = False
        self._seq = 0
        self._hash = GENESIS
        self._anchors: dict[int, list[Anchor]] = {}
        for anchor in anchors:
            self._anchors.setdefault(anchor.seq, []).append(anchor)

    def check(self, row: AuditRow) -> Iterator[str]:
        """What is wrong with the next row."""
        if row.seq != self._seq + 1:
            yield _missing(self._seq + 1, row.seq - 1)
        elif row.prev_hash != self._hash:
            yield f"Row {row.seq} does not follow the row before it."
        if hash_of(row) != row.hash:
            yield f"Row {row.seq} was changed after it was written."
        for anchor in self._anchors.get(row.seq, ()):
            if anchor.hash != row.hash:
                yield f"Row {row.seq} is not the row that was anchored at {anchor.at}."
        self.rows += 1
        self._seq, self._hash = row.seq, row.hash
        self.anchor_started = self.anchor_started or row.action == ANCHOR_STARTED

    def cut_tail(self) -> Iterator[str]:
        """Whether an anchor knows of rows after the last one."""
        furthest = max(self._anchors, default=0)
        if furthest > self._seq:
            at = self._anchors[furthest][0].at
            yield (
                f"The trail ends at row {self._seq}, but row {furthest} existed at {at}: "
                "the newest rows were cut off."
            )


def _missing(first: int, last: int) -> str:
    return f"Row {first} is missing." if first == last else f"Rows {first} to {last} are missing."
