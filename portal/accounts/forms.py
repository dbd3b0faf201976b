"""Forms of accounts."""

from flask_babel import lazy_gettext as _
from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.core.actor import Role
from portal.core.forms import PortalForm

LONGEST_TYPED = 1000
ROLE_NAMES = {
    Role.PATIENT: _("Patient"),
    Role.CAREGIVER: _("Caregiver"),
    Role.COORDINATOR: _("Coordinator"),
    Role.REVIEWER: _("Reviewer"),
    Role.ADMIN: _("Admin"),
    Role.AUDITOR: _("Auditor"),
}
STAFF_CHOICES = [(role.value, ROLE_NAMES[role]) for role in Role if role.staff]
NEW_PASSWORD_HINT = _("Use 8 characters or more. Three or four words in a row are easy to remember.")
CODE_HINT = _("6 digits, from the app on your phone.")

_short = Length(max=LONGEST_TYPED, message=_("This is too long."))


def _required(message: object) -> list[object]:
    return [InputRequired(message), _short]


def _email() -> EmailField:
    return EmailField(
        _("Email address"),
        validators=_required(_("Enter your email address.")),
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )


def _new_password(label: object = _("Password")) -> PasswordField:
    return PasswordField(label, description=NEW_PASSWORD_HINT, validators=_required(_("Enter a password.")))


def _current_password() -> PasswordField:
    return PasswordField(_("Password"), validators=_required(_("Enter your password.")))


def _code(hint: object = CODE_HINT) -> StringField:
    return StringField(
        _("Code"),
        description=hint,
        validators=_required(_("Enter the code from your authenticator app.")),
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )


class EmptyForm(PortalForm):
    """A button."""


class RegisterForm(PortalForm):
    """Opening a patient's account."""

    name = StringField(
        _("Full name"),
        description=_("As it is written in your medical records."),
        validators=_required(_("Enter your full name.")),
        render_kw={"autocomplete": "name", "spellcheck": "false"},
    )
    email = EmailField(
        _("Email address"),
        description=_("We send a link to this address. Our mails never say anything about your health."),
        validators=_required(_("Enter your email address.")),
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    password = _new_password()


class SignInForm(PortalForm):
    """The first factor."""

    email = _email()
    password = _current_password()


class PasswordForm(PortalForm):
    """The password chosen before, asked again."""

    password = _current_password()


class NewPasswordForm(PortalForm):
    """Choosing a password."""

    password = _new_password(_("New password"))


class ResetForm(PortalForm):
    """Asking for a link to choose a new password."""

    email = _email()


class CodeForm(PortalForm):
    """The second factor."""

    code = _code(_("6 digits from the app on your phone, or one of your recovery codes."))


class SetupForm(PortalForm):
    """The first code of a new authenticator app."""

    code = _code()


class StepUpForm(PortalForm):
    """Both factors again."""

    password = _current_password()
    code = _code(_("6 digits from the app on your phone, or one of your recovery codes."))


class InviteForm(PortalForm):
    """Inviting somebody to work for the service."""

    name = StringField(_("Full name"), validators=_required(_("Enter the person's full name.")))
    email = EmailField(
        _("Email address"),
        description=_("The invitation only works for this address and this role."),
        validators=_required(_("Enter the person's email address.")),
        render_kw={"spellcheck": "false"},
    )
    role = SelectField(_("Role"), choices=[SelectChoice(value, label) for value, label in STAFF_CHOICES])
