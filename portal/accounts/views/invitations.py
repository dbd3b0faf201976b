"""Accepting an invitation."""

from flask import render_template

from portal.accounts import presenters
from portal.accounts.forms import NewPasswordForm
from portal.accounts.models import Letter, LetterKind
from portal.accounts.services import letters
from portal.accounts.views.common import Page, blueprint, chosen_password, link_is_over, open_account
from portal.core.access import public
from portal.core.web import db


@blueprint.get("/invitation/<token>")
@public
def invitation(token: str) -> Page:
    """Show who is invited to what; nothing happens until the form is sent."""
    letter = letters.find(db(), LetterKind.INVITATION, token)
    return _page(NewPasswordForm(), letter) if letter else link_is_over()


@blueprint.post("/invitation/<token>")
@public
def invitation_post(token: str) -> Page:
    """Choose a password; the second factor follows before anything else."""
    letter = letters.find(db(), LetterKind.INVITATION, token)
    if letter is None:
        return link_is_over()
    db().commit()
    form = NewPasswordForm()
    password_hash = chosen_password(form, letter.email or "", letter.name or "")
    return open_account(letter, password_hash) if password_hash else (_page(form, letter), 422)


def _page(form: NewPasswordForm, letter: Letter) -> str:
    return render_template(
        "accounts/invitation.html",
        form=form,
        name=letter.name,
        email=letter.email,
        role=presenters.role_name(letter.role),
    )
