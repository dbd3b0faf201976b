"""A case with real pages, under review, and people to open it."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal.core.db import Database
from portal.documents.models import DocumentKind
from portal.documents.services import store_document
from portal.jobs import registry
from portal.jobs.worker import Worker
from tests.integration.bad_input.kit import Opened
from tests.integration.opinions.kit import under_review
from tests.support import reports

Reviewed = Callable[[Flask], Opened]


@pytest.fixture
def reviewed() -> Reviewed:
    """Make a case under review with one checked report of two pages."""

    def make(app: Flask) -> Opened:
        review = under_review(app)
        database: Database = app.extensions["database"]
        document_id = store_document(
            database,
            app.extensions["vault"],
            app.extensions["settings"],
            case_id=review.case.id,
            kind=DocumentKind.BIOMARKER,
            file_name="report.pdf",
            chunks=[reports.pdf(pages=2)],
            actor=review.patient,
        )
        registry.load()
        Worker(database, app.app_context).drain()
        return Opened(review, document_id)

    return make
