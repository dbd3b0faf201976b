"""Where to go on after signing in: only to pages of this portal."""

from urllib.parse import urlsplit

HOME = "/home"


def local_path(wanted: str | None, default: str = HOME) -> str:
    """``wanted`` when it is a path on this site, else ``default``; never another site."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return default
    if "\\" in wanted or not wanted.isprintable():
        return default
    parts = urlsplit(wanted)
    return default if parts.scheme or parts.netloc else wanted
