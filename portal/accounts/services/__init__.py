"""Use cases of accounts. Other rooms use what is named here."""

from portal.accounts.services.letters import invite
from portal.accounts.services.people import create_confirmed_user, get_user, lock_user, people_with_role
from portal.accounts.services.second_factor import current_totp_code

__all__ = [
    "create_confirmed_user",
    "current_totp_code",
    "get_user",
    "invite",
    "lock_user",
    "people_with_role",
]
