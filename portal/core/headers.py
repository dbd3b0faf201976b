"""Security headers and the content security policy with its nonce."""

import secrets

from flask import Flask, g, request
from werkzeug.wrappers import Response

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'nonce-{nonce}'",
        "style-src 'self' 'nonce-{nonce}'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
STRICT = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(), microphone=()"),
    ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
)


def csp_nonce() -> str:
    """The nonce of this response's scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(18)
    return str(g.csp_nonce)


def policy(nonce: str) -> str:
    """Only our own files and what carries the nonce; nothing may frame us."""
    return _POLICY.format(nonce=nonce)


def add_headers(response: Response) -> Response:
    """Every answer gets the same strict headers; pages are never kept by a cache."""
    headers = response.headers
    present = {name.lower() for name in headers.keys()}  # noqa: SIM118 - iterating gives pairs
    if "content-security-policy" not in present:
        headers.add("Content-Security-Policy", policy(csp_nonce()))
    headers.extend((name, value) for name, value in STRICT if name.lower() not in present)
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    return response


def init_app(app: Flask) -> None:
    """Add the headers to every response and offer the nonce to templates."""
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
