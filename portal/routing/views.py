"""Pages of routing."""

from flask import Blueprint

blueprint = Blueprint("routing", __name__)
