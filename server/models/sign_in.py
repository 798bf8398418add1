"""What a person signs in with beside a password: an authenticator app, codes for a lost phone, passkeys, a provider's
name, and the passwords of her programs and her phone.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class Authenticator(Base):
    """Kept while it is used. The secret of an authenticator app (RFC 6238), sealed; it counts once a code of it was typed.

    `last_step` is the half minute of the code used last: none is taken twice.
    """

    __tablename__ = "authenticator"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(SealedText("authenticator.secret"))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigId)


class RecoveryCode(Base):
    """Kept until a new set is made. A code on paper for a lost phone, good once; only its SHA-256 is here."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("actor_id", "code_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """Kept while it is used. A key that lives in a phone or computer (WebAuthn): its public half, and how often it signed."""

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_actor_id", "actor_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigId)
    name: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class AppPassword(Base):
    """Kept while it is used. A long random password for one program (Excel, pyODK) of a person with a second factor."""

    __tablename__ = "app_password"
    __table_args__ = (Index("ix_app_password_actor_id", "actor_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PhonePassword(Base):
    """Kept while it is used. The generated password that a person's phone signs in with by Digest, sealed; one a person."""

    __tablename__ = "phone_password"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(SealedText("phone_password.secret"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class DigestUse(Base):
    """Kept for minutes. A count of a nonce that was used, as a SHA-256: the same answer is taken once (access/digest.py)."""

    __tablename__ = "digest_use"

    mark: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInStep(Base):
    """Kept for minutes. A sign-in, or the making of a passkey, that is under way: `data_json` is what the next step is held to.

    `purpose` is code, passkey, new_passkey or openid; `actor_id` is known where a password fitted or somebody is signed in.
    """

    __tablename__ = "sign_in_step"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    data_json: Mapped[str] = mapped_column(default="{}")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class OpenIdName(Base):
    """Kept. Who a person is at the provider of sign-ins (OpenID Connect): the first time she is found by her address."""

    __tablename__ = "open_id_name"
    __table_args__ = (UniqueConstraint("issuer", "subject"), Index("ix_open_id_name_actor_id", "actor_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[datetime]
