"""Pages of accounts."""

from portal.accounts.views import (
    account,
    forgotten,
    invitations,
    people,
    registration,
    second_factor,
    sign_in,
    step_up,
)
from portal.accounts.views.common import blueprint

__all__ = [
    "account",
    "blueprint",
    "forgotten",
    "invitations",
    "people",
    "registration",
    "second_factor",
    "sign_in",
    "step_up",
]
