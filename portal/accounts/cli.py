"""Commands of accounts."""

from flask.cli import AppGroup

commands = AppGroup("accounts")
