"""WSGI entry point: ``granian --interface wsgi app:app``."""

import gc

from portal import create_app

app = create_app()

# What starting made stays for good: the collector looks at it no more, and less often at what pages make.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
