"""WSGI entry point: ``granian --interface wsgi app:app``."""

from portal import create_app

app = create_app()
