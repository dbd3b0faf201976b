"""Commands of cases."""

from flask.cli import AppGroup

commands = AppGroup("cases")
