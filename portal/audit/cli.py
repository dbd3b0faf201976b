"""Commands of audit."""

from flask.cli import AppGroup

commands = AppGroup("audit")
