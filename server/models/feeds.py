"""What programs are told: the changes of a project in one order, where they are sent to, and how each sending went."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedText


class Change(Base):
    """Kept. That something of a project changed, written with the change itself; never what it says.

    `kind` is one of access/changes.KINDS; by it `about_id` is a submission's, an entity's or a follow-up's id, and null
    where that was erased. `seq` is its place in the project's order, from 1 without a gap; null until it was given one
    (feeds/numbering.py), in the order of the commits.
    """

    __tablename__ = "change"
    __table_args__ = (
        UniqueConstraint("project_id", "seq"),
        Index(
            "ix_change_unnumbered",
            "project_id",
            "id",
            sqlite_where=text("seq IS NULL"),
            postgresql_where=text("seq IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str]
    about_id: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime]


class Webhook(Base):
    """Kept. An address of a program that is told of a project's changes; one that was taken away is told nothing.

    `destination_json` is {address, secret, old}: `old` is the secret before, which signs too until `old_until`. `groups` are
    of feeds/webhooks.GROUPS, with commas between. Changes up to `told_up_to` have their deliveries.
    """

    __tablename__ = "webhook"
    __table_args__ = (Index("ix_webhook_project_id", "project_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    destination_json: Mapped[str] = mapped_column(SealedText("webhook.destination_json"))
    groups: Mapped[str]
    told_up_to: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    old_until: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class WebhookDelivery(Base):
    """Kept. One request to a webhook: the changes `first_seq` to `last_seq`, read anew when it is sent.

    `state` is waiting, sending, sent, failed or empty (there was nothing left to tell); `purpose` changes, replay or test.
    `mark` is the random uuid by which the other side knows it when it comes twice; `why` a word of
    followups/handing_over.REASONS.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_webhook_id", "webhook_id", "state", "id"),
        Index("ix_webhook_delivery_state", "state", "not_before"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    purpose: Mapped[str]
    mark: Mapped[str]
    first_seq: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    why: Mapped[str | None]
    made_at: Mapped[datetime]
