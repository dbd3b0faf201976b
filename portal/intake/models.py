"""What a patient agreed to, and what they confirmed to have seen."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, HasId
from portal.core.sealed import SealedText

CALL_NOW = "call-now"


class Consent(HasId, Base):
    """One agreement to one version of a text, signed by typing a name; never changed afterwards.

    The key :data:`CALL_NOW` marks that the person confirmed to have seen who to call; it is not signed.
    """

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_case", "case_id", "key"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(String(32))
    version: Mapped[str] = mapped_column(String(16))
    signature_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    signature = SealedText("signature_sealed")
    given_at: Mapped[datetime]
