"""What the tests of outages and withdrawals look at."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import func, select

from portal.audit.models import AuditRow
from portal.core.db import Base, Database
from tests.integration.opinions.kit import Review
from tests.support.pages import Page, PortalClient, check_page


@dataclass(frozen=True, slots=True)
class Opened:
    """A case under review and its checked report."""

    review: Review
    document_id: str

    @property
    def page(self) -> str:
        """The first page of the report."""
        return f"/cases/{self.review.reference}/documents/{self.document_id}/pages/1"

    @property
    def original(self) -> str:
        """The report as it was uploaded."""
        return f"/cases/{self.review.reference}/documents/{self.document_id}/original"

    @property
    def package(self) -> str:
        """The package page."""
        return f"/reviews/{self.review.reference}/package"


def unavailable(client: PortalClient, method: str, url: str, **options: object) -> Page:
    """Ask for something that cannot be had now: 503 in plain words, and when to try again."""
    answer = client.open(url, method=method, **options)
    page = check_page(answer, 503)
    assert answer.headers["Retry-After"] == "30"
    assert "nothing is half done" in page.text
    assert "try again" in page.text.lower()
    return page


def counted(app: Flask) -> dict[str, int]:
    """How many rows each table has."""
    database: Database = app.extensions["database"]
    with database.session() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def acts(app: Flask) -> list[str]:
    """Everything on record, oldest first."""
    database: Database = app.extensions["database"]
    with database.session() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.seq)))
