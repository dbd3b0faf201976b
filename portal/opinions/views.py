"""Pages of opinions."""

from flask import Blueprint

blueprint = Blueprint("opinions", __name__)
