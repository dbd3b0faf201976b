"""Pages of intake."""

from flask import Blueprint

blueprint = Blueprint("intake", __name__)
