"""Sealed editions of a case and their parts."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, HasId, IdColumn, StoredObject
from portal.core.sealed import SealedText


class Package(HasId, StoredObject, Base):
    """One immutable edition of a case; the stored object is its ``manifest.json``.

    ``content_digest`` is the digest of everything the edition was made from: when it is unchanged
    there is nothing to seal again.
    """

    __tablename__ = "packages"
    __table_args__ = (UniqueConstraint("case_id", "edition"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    edition: Mapped[int] = mapped_column(Integer)
    sealed_by: Mapped[str | None] = mapped_column(IdColumn)
    sealed_at: Mapped[datetime]
    content_digest_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    content_digest = SealedText("content_digest_sealed")


class PackagePart(HasId, StoredObject, Base):
    """One file of an edition. Originals point at the document's own object; nothing is copied."""

    __tablename__ = "package_parts"
    __table_args__ = (UniqueConstraint("package_id", "position"), UniqueConstraint("package_id", "name"))

    package_id: Mapped[str] = mapped_column(ForeignKey("packages.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(80))
    media_type: Mapped[str] = mapped_column(String(80))
    document_id: Mapped[str | None] = mapped_column(IdColumn)
    title_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    title = SealedText("title_sealed")
