"""The baseline of page benchmarks: the smallest page that Flask can make."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """A constant."""
    return "hello"
