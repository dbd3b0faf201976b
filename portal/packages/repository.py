"""Queries of packages. Other rooms come through ``services``."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases.models import Case
from portal.packages.models import Package, PackagePart


def lock(session: Session, case_id: str) -> None:
    """Let nobody else seal this case until the transaction ends (SQLite has one writer anyway)."""
    session.execute(select(Case.id).where(Case.id == case_id).with_for_update())


def editions(session: Session, case_id: str) -> Sequence[Package]:
    """Every edition, the newest first."""
    query = select(Package).where(Package.case_id == case_id).order_by(Package.edition.desc())
    return session.scalars(query).all()


def newest(session: Session, case_id: str) -> Package | None:
    """The newest edition."""
    query = select(Package).where(Package.case_id == case_id).order_by(Package.edition.desc())
    return session.scalar(query.limit(1))


def parts(session: Session, package_id: str) -> Sequence[PackagePart]:
    """The parts of an edition in their order."""
    query = select(PackagePart).where(PackagePart.package_id == package_id)
    return session.scalars(query.order_by(PackagePart.position)).all()
