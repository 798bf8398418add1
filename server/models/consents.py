"""What women are asked, in which words; what stands of it; what they took back at the office."""

from datetime import date, datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId

PURPOSES: Final = ("service", "reminder", "share_clinic", "location", "stats")
"""What a woman may agree to, each by itself; without `service` none of the others stands (domain.md 3, F2)."""


class ConsentText(Base):
    """Kept, never changed: the words of one purpose, or of the notice before all of them, in one version.

    `purpose` is one of PURPOSES or `notice`. `sha256` is of both texts (registry/consent_texts.hash_of): a consent names
    version and hash, so it can be shown what exactly she agreed to.
    """

    __tablename__ = "consent_text"
    __table_args__ = (UniqueConstraint("project_id", "purpose", "version"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    purpose: Mapped[str]
    version: Mapped[int]
    zh: Mapped[str]
    en: Mapped[str]
    sha256: Mapped[str]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))
    published_at: Mapped[datetime]


class Withdrawal(Base):
    """Kept. What a woman took back by word to her care team, or by herself on the page that her card opens (then nobody
    noted it); counts as a consent record (F2) of that day does.

    `purposes` are words of PURPOSES with blanks between them. There is no column for a reason: nobody asks for one.
    """

    __tablename__ = "consent_withdrawal"
    __table_args__ = (Index("ix_consent_withdrawal_woman", "project_id", "woman_uuid"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    event: Mapped[str] = mapped_column(unique=True)
    woman_uuid: Mapped[str]
    purposes: Mapped[str]
    taken_on: Mapped[date]
    received_at: Mapped[datetime]
    noted_by: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))


class Consent(Base):
    """Derived. One purpose of a woman as it stands: who said it last, when, in answer to which words, until when.

    `until` is the last day, of a consent that is given. `text_version` and `text_sha256` are what the phone showed; None
    where the record does not say (a form without versioned texts). One of `submission_id` and `withdrawal_id` is the source.
    """

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("project_id", "woman_uuid", "purpose"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    woman_uuid: Mapped[str]
    purpose: Mapped[str]
    given: Mapped[bool]
    said_on: Mapped[date]
    until: Mapped[date | None]
    text_version: Mapped[int | None]
    text_sha256: Mapped[str | None]
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    withdrawal_id: Mapped[int | None] = mapped_column(ForeignKey("consent_withdrawal.id"))
