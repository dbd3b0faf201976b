"""Commands about the installation itself."""

from flask.cli import AppGroup

commands = AppGroup("db", help="The database.")
