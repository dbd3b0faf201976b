"""Errors that people may see. Each message is plain words and says what to do next."""


class PortalError(Exception):
    """A problem with a message for the person in front of the page."""

    status = 500

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(PortalError):
    """The record does not exist, or not for this person: the two are never told apart."""

    status = 404


class NotAllowed(NotFound):
    """The person may not do this to this record; answered exactly like :class:`NotFound`."""


class Conflict(PortalError):
    """Somebody or something was first; the message says what changed."""

    status = 409


class TooLarge(PortalError):
    """More bytes, files or pages than the settings allow."""

    status = 413


class Invalid(PortalError):
    """Input that cannot be used; ``field`` names the form field where there is one."""

    status = 422

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Unavailable(PortalError):
    """The database or a store cannot be reached; nothing was half done and a retry is safe."""

    status = 503
