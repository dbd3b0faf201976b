"""Structured logs with ids and events; names, answers and file names never belong in them."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "case",
        "document",
        "page",
        "job",
        "kind",
        "user",
        "reviewer",
        "package",
        "opinion",
        "offer",
        "error",
        "place",
        "attempt",
        "status",
        "count",
        "seconds",
        "bytes",
        "worker",
        "reason",
    }
)


def only_known_fields(_: object, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every field that is not on the list of harmless ones."""
    return {key: value if key in ALLOWED else "[withheld]" for key, value in fields.items()}


def configure(*, quiet: bool = False) -> None:
    """One JSON line an event on standard error; ``quiet`` keeps to warnings and errors."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            only_known_fields,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
