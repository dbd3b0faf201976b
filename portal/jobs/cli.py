"""Commands of jobs."""

from flask.cli import AppGroup

commands = AppGroup("jobs", help="The job queue.")
