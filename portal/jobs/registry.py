"""Which function does which kind of job."""

import pkgutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from portal.jobs.context import JobContext

Work = Callable[[JobContext, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """A function and, for recurring work, the seconds between two runs."""

    work: Work
    every: int | None = None


HANDLERS: dict[str, Handler] = {}


def handler(kind: str, *, every: int | None = None) -> Callable[[Work], Work]:
    """Register the function below as the one that does jobs of ``kind``.

    A handler may run twice for one job, so each must be idempotent. Slow work and effects outside the
    database come before ``context.session`` is first used: from then on SQLite's writers wait.

    :param every: seconds between two runs; such a job has no payload and needs no one to enqueue it.
    """

    def register(work: Work) -> Work:
        if kind in HANDLERS and HANDLERS[kind].work is not work:
            raise ValueError(f"two handlers for {kind}")
        HANDLERS[kind] = Handler(work=work, every=every)
        return work

    return register


def load(house: ModuleType | None = None) -> None:
    """Import the ``tasks`` of every room, which registers their handlers.

    :param house: the package of the rooms; ours when left out, without importing it by name, because
        importing the house means importing every room above this one.
    """
    house = house or sys.modules[__name__.partition(".")[0]]
    for room in pkgutil.iter_modules(house.__path__, f"{house.__name__}."):
        if room.ispkg and find_spec(f"{room.name}.tasks"):
            import_module(f"{room.name}.tasks")
