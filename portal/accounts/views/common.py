"""What the pages of accounts share."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import passwords, sessions
from portal.accounts.models import Letter
from portal.accounts.paths import local_path
from portal.accounts.services import letters, people
from portal.core.errors import Invalid
from portal.core.forms import PortalForm
from portal.core.web import db

blueprint = Blueprint("accounts", __name__)

Page = str | Response | tuple[str, int]


def origin() -> str | None:
    """The network address of this request."""
    return request.remote_addr


def next_path() -> str:
    """Where to go on afterwards."""
    return local_path(request.args.get("next"))


def go_on(path: str | None = None) -> Response:
    """Leave for the page the person wanted."""
    return redirect(path or next_path(), code=303)


def go_to_second_factor(*, has_one: bool, path: str | None = None) -> Response:
    """The step after the password: a code, or setting up the app that makes them."""
    endpoint = "accounts.second_factor" if has_one else "accounts.second_factor_setup"
    return redirect(url_for(endpoint, next=path or next_path()), code=303)


def start_session(user_id: str) -> None:
    """The person gave their password in this browser."""
    sessions.current().start(user_id, request.headers.get("User-Agent", ""))


def link_is_over() -> tuple[str, int]:
    """The page for a link that was used, is too old or never was."""
    return render_template("accounts/link_over.html"), 410


def chosen_password(form: PortalForm, *context: str) -> str | None:
    """The hash of the new password in a valid form, or ``None`` with the reason attached to the form.

    Hashing takes a while: call it with no transaction open.

    :param context: the person's name and address, which must not make up the password.
    """
    if not form.validate():
        return None
    try:
        return passwords.hashed(people.checked_password(form["password"].data, *context))
    except Invalid as error:
        form.add_error("password", error.message)
        return None


def open_account(letter: Letter, password_hash: str) -> Page:
    """Use up the link, make the person, and send them on to set up their second factor."""
    user = letters.open_account(db(), letter, password_hash=password_hash, origin=origin())
    if user is None:
        return link_is_over()
    start_session(user.id)
    db().commit()
    return go_to_second_factor(has_one=False)
