"""Lets uploads stream, and keeps every other request from leaving plaintext on disk."""

from typing import IO, cast

from flask import Flask, Request

from portal.vault.web import current_vault

STREAMED = frozenset({"documents.add", "documents.add_raw"})
MAX_OTHER_BYTES = 8 * 1024 * 1024


class PortalRequest(Request):
    """A request whose upload bodies are left for the view to read, after its own checks."""

    @property
    def want_form_data_parsed(self) -> bool:
        """Upload bodies are never parsed behind the view's back."""
        return self.endpoint not in STREAMED and super().want_form_data_parsed

    @property
    def max_content_length(self) -> int | None:
        """Uploads have limits of their own, counted while the bytes pass."""
        return None if self.endpoint in STREAMED else super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - the signature is werkzeug's
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        """A file sent to any other form lies under a key that exists only in memory."""
        return cast(IO[bytes], current_vault().spool())


def init_app(app: Flask) -> None:
    """Use the request class, bound all other bodies, and let ``add`` check its form's token itself.

    The token lies inside the form: the common check would read all files to find it, the view reads as
    far as the token and stops there when it is wrong.
    """
    app.request_class = PortalRequest
    if app.config["MAX_CONTENT_LENGTH"] is None:
        app.config["MAX_CONTENT_LENGTH"] = MAX_OTHER_BYTES
    app.extensions["csrf"].exempt("portal.documents.views.add")
