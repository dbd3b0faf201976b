"""Pages of packages."""

from flask import Blueprint

blueprint = Blueprint("packages", __name__)
