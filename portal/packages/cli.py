"""The command that writes a case's package to a folder."""

import click


@click.command("package")
@click.argument("reference")
@click.option("--out", required=True)
def package(reference: str, out: str) -> None:
    """Write the package of REFERENCE into the folder OUT."""
