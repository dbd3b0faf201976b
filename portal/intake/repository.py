"""Queries of intake."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.intake.models import Consent


def given(session: Session, case_id: str) -> set[tuple[str, str]]:
    """Key and version of everything agreed to on a case."""
    query = select(Consent.key, Consent.version).where(Consent.case_id == case_id)
    return {(key, version) for key, version in session.execute(query)}
