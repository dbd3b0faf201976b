"""People who sign in."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.actor import Role
from portal.core.db import Base, HasId
from portal.core.sealed import SealedText


class User(HasId, Base):
    """A person with one role. Name and e-mail are sealed; the e-mail is found by its blind index."""

    __tablename__ = "users"

    role: Mapped[str] = mapped_column(String(16))
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    email = SealedText("email_sealed")
    email_index: Mapped[int] = mapped_column(BigInteger, index=True)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name = SealedText("name_sealed")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime]

    @property
    def role_of(self) -> Role:
        """The role as the permission table knows it."""
        return Role(self.role)
