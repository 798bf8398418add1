"""The service card that a woman holds herself: its code, the secret that she chose, her short visits to her own page."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class ServiceCard(Base):
    """Kept while it is hers: a card that was replaced or stopped stays without effect, an erasure takes all of them away.

    `code` is what is printed, `code_hash` its SHA-256, by which it is found. `pin_hash` is Argon2id of six digits, sealed:
    so few digits are guessed in a day by whoever has the database, were it readable. Null until she was given one. `place`
    is the name of a row of the town's list of clinics, where she goes.
    """

    __tablename__ = "service_card"
    __table_args__ = (Index("ix_service_card_woman", "project_id", "woman_uuid"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    woman_uuid: Mapped[str]
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(SealedText("service_card.code"))
    pin_hash: Mapped[str | None] = mapped_column(SealedText("service_card.pin_hash"))
    place: Mapped[str]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]


class CardVisit(Base):
    """Kept for minutes. She is at her own page: nothing is written down of when she was, or what she looked at.

    `told` is how often she wrote to the rights officer meanwhile, so that nobody fills the desk from one page.
    """

    __tablename__ = "card_visit"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("service_card.id"), index=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    told: Mapped[int] = mapped_column(default=0)


class CardTry(Base):
    """Kept for a day. How often a code, or a network, was tried without success, and until when it waits.

    `key` is a hash of what was typed, whether or not there is such a card.
    """

    __tablename__ = "card_try"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    waits_until: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(index=True)
