"""People, roles, sign-in, second factor and invitations."""
