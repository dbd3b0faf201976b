"""Commands of accounts."""

import click
from flask.cli import AppGroup

from portal.accounts import services, tasks
from portal.accounts.services import letters, people
from portal.core.actor import Actor, Role
from portal.core.errors import PortalError
from portal.core.web import database

commands = AppGroup("accounts", help="People who sign in.")

ROLES = [role.value for role in Role if role is not Role.SYSTEM]


@commands.command("invite")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--name", required=True, help="Full name of the person.")
@click.option("--print-link", is_flag=True, help="Print the link instead of mailing it.")
def invite(email: str, role: str, name: str, print_link: bool) -> None:
    """Invite EMAIL to a role; this is how the first admin comes in."""
    system = Actor.system()
    with database().session(write=True) as session:
        try:
            if print_link:
                _, token = letters.invite_in_person(
                    session, email=email, name=name, role=Role(role), actor=system
                )
            else:
                services.invite(session, email=email, name=name, role=Role(role), actor=system)
        except PortalError as error:
            raise click.ClickException(error.message) from None
        session.commit()
    click.echo(tasks.address("invitation", token) if print_link else "The invitation is on its way.")


@commands.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Shut the staff member with this EMAIL out, at once and in every browser."""
    with database().session(write=True) as session:
        user = people.find_by_email(session, email)
        if user is None or not user.role_of.staff:
            raise click.ClickException("No staff member has this email address.")
        people.set_active(session, user, False, actor=Actor.system())
        session.commit()
    click.echo("Done. All their sessions have ended.")
