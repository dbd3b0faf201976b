"""People who sign in, and what signing in leaves in the database. Every token is stored as a digest only."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.actor import Role
from portal.core.db import Base, HasId, IdColumn
from portal.core.sealed import SealedJson, SealedText

Digest = String(64)


class User(HasId, Base):
    """A person with one role. Name and e-mail are sealed; the e-mail is found by its blind index.

    ``totp_counter`` is the time step of the last accepted second-factor code: no step is accepted twice.
    """

    __tablename__ = "users"

    role: Mapped[str] = mapped_column(String(16))
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    email = SealedText("email_sealed")
    email_index: Mapped[int] = mapped_column(BigInteger, index=True)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name = SealedText("name_sealed")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime]
    password_hash: Mapped[str | None] = mapped_column(String(256))
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_secret = SealedText("totp_sealed")
    totp_counter: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def role_of(self) -> Role:
        """The role as the permission table knows it."""
        return Role(self.role)

    @property
    def has_second_factor(self) -> bool:
        """Whether an authenticator app has been set up."""
        return self.totp_sealed is not None


class WebSession(HasId, Base):
    """One browser. Nobody is signed in until ``factor_at`` says that the second factor was given."""

    __tablename__ = "web_sessions"

    token_hash: Mapped[str] = mapped_column(Digest, unique=True)
    user_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("users.id"), index=True)
    data_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    data = SealedJson("data_sealed")
    browser_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    browser = SealedText("browser_sealed")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime] = mapped_column(index=True)
    factor_at: Mapped[datetime | None]
    stepped_up_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class RecoveryCode(HasId, Base):
    """A code that stands in for the authenticator app once."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[str] = mapped_column(IdColumn, ForeignKey("users.id"), index=True)
    code_hash: Mapped[str] = mapped_column(Digest)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LetterKind(StrEnum):
    """Why a link goes out by mail."""

    REGISTER = "register"
    RESET = "reset"
    INVITATION = "invitation"


class Letter(HasId, Base):
    """A link sent to an e-mail address, and what opening it will do.

    Known and unknown addresses write the same row; the worker decides what to send. ``token_hash`` is
    empty until the link is made. A row is consumed once, by a POST, before ``expires_at``.
    """

    __tablename__ = "letters"

    kind: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(16))
    email_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    email = SealedText("email_sealed")
    email_index: Mapped[int] = mapped_column(BigInteger, index=True)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name = SealedText("name_sealed")
    password_hash: Mapped[str | None] = mapped_column(String(256))
    user_id: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("users.id"))
    invited_by: Mapped[str | None] = mapped_column(IdColumn, ForeignKey("users.id"))
    token_hash: Mapped[str | None] = mapped_column(Digest, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class Throttle(Base):
    """Attempts at one thing (a password, a code, a mail) for one subject since the last success."""

    __tablename__ = "throttles"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_at: Mapped[datetime | None]
    blocked_until: Mapped[datetime | None]
