"""Packages by which a transfer of care (F8) goes from one server to another, and which packages were opened here."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigId
from server.models.sealed import SealedBytes, SealedText


class TransferPackage(Base):
    """Kept. One package of a woman, or that she took a transfer back at the office before there was any.

    `direction` is `out` for one that was made here, `in` for one that was opened here. `transfer` is the uuid of its row in
    the list `transfers`, `event` stands in for an instanceID: what is told of the package counts as a record of F8 of
    `answered_on` does. `told_of` as in CareEvent.

    state     told                         kept of it
    sent      made, not heard of           file, proof; until `last_day`
    told      a phone's record says that   proof
              the other side has it
    received  acknowledged (out), or       out: nothing; in: `content` and proof
              taken over here (in)
    expired   `last_day` is over           proof: an acknowledgement of a day before may come late
    replaced  another one was made, or     nothing
              she agreed to something else
    cancelled she took it back             nothing

    `content` is the sealed file, which this server cannot open: its key was shown once. Of one that was opened here it is
    what she brought, as JSON. `name_sha256` is of its name, which says nothing (OpenedPackage). `proof` is what an
    acknowledgement is made and known by (registry/receipts.py). `items` are words of registry/packages.py ITEMS, `place` where
    it goes or came from. `agreed_as`: the very version of the record of F8 by which she agreed to just this being passed on
    (transfer_told.agreed_as).
    """

    __tablename__ = "transfer_package"
    __table_args__ = (
        CheckConstraint("direction IN ('out', 'in')", name="direction"),
        CheckConstraint(
            "state IN ('sent', 'told', 'received', 'expired', 'replaced', 'cancelled')",
            name="state",
        ),
        Index("ix_transfer_package_woman_uuid", "project_id", "woman_uuid"),
        Index("ix_transfer_package_transfer", "project_id", "transfer"),
        Index(
            "uq_transfer_package_sent",
            "project_id",
            "transfer",
            unique=True,
            sqlite_where=text("state = 'sent'"),
            postgresql_where=text("state = 'sent'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    direction: Mapped[str]
    transfer: Mapped[str]
    woman_uuid: Mapped[str]
    told_of: Mapped[str | None]
    event: Mapped[str] = mapped_column(unique=True)
    agreed_as: Mapped[str | None]
    state: Mapped[str]
    name_sha256: Mapped[str | None] = mapped_column(index=True)
    items: Mapped[str] = mapped_column(SealedText("transfer_package.items"))
    place: Mapped[str] = mapped_column(SealedText("transfer_package.place"))
    content: Mapped[bytes | None] = mapped_column(SealedBytes("transfer_package.content"))
    proof: Mapped[bytes | None] = mapped_column(SealedBytes("transfer_package.proof"))
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("actor.id"))
    made_on: Mapped[date]
    last_day: Mapped[date]
    answered_on: Mapped[date | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id"))


class OpenedPackage(Base):
    """Kept for longer than a package can live. One that was taken over on this server, by the SHA-256 of its name: nobody's.

    It stays when the woman is removed, so that her package cannot be taken over again.
    """

    __tablename__ = "opened_package"

    name_sha256: Mapped[str] = mapped_column(primary_key=True)
    forget_on: Mapped[date]
