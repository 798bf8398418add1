"""What the server itself knows of her transfers, as records of F8 would have told it: a package came, was acknowledged, or she
took the transfer back at the office.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from server.db import Asked, ask
from server.models import CareEvent, Dataset, Entity, TransferPackage
from server.registry.telling import TRANSFER, Event

ENDED: Final = {"received": {"step": "receipt", "receiver_ack": "received"}, "cancelled": {"step": "cancel"}}
"""What a package in this state tells, in the answers of F8; in any other state it tells nothing that a record would."""


def is_told() -> ColumnElement[bool]:
    """Only what a person here answered counts: what followed from a phone's record, that record tells."""
    return TransferPackage.answered_by_id.is_not(None) & or_(*(TransferPackage.state == one for one in ENDED))


_TELLING: Final = (
    select(
        *(TransferPackage.event, TransferPackage.answered_on, TransferPackage.answered_at, TransferPackage.transfer),
        *(TransferPackage.direction, TransferPackage.state, TransferPackage.told_of, TransferPackage.woman_uuid),
    )
    .where(
        TransferPackage.project_id == bindparam("project"),
        TransferPackage.woman_uuid.in_(bindparam("women", expanding=True)),
        is_told(),
    )
    .order_by(TransferPackage.id)
)


def told_of_packages(db: Asked, project_id: int, women: Collection[str]) -> list[tuple[str, Event]]:
    """Of these women, each with whose it is."""
    if not women:
        return []
    rows = ask(db, _TELLING, {"project": project_id, "women": sorted(women)})
    return [
        (
            row.woman_uuid,
            event_of_package(
                *(row.event, row.answered_on, row.answered_at, row.transfer, row.direction, row.state, row.told_of)
            ),
        )
        for row in rows
    ]


def event_of_package(
    event: str, on: date, at: datetime, transfer: str, direction: str, state: str, told_of: str | None
) -> Event:
    data = {"direction": direction, **ENDED[state]}
    return Event(event, TRANSFER, visit_date=on, received_at=at, episode=transfer, data=data, told_of=told_of)


def hang_packages_on(db: Session, project_id: int, other: str, kept: str) -> None:
    """Two registrations become one woman's: what was told of `other` is the kept one's."""
    hers = TransferPackage.project_id == project_id, TransferPackage.woman_uuid == other
    told_of = func.coalesce(TransferPackage.told_of, other)
    db.execute(update(TransferPackage).where(*hers).values(woman_uuid=kept, told_of=told_of))


def hand_packages_back(db: Session, project_id: int, kept: str, other: str, group: Collection[str]) -> None:
    """The registrations of `group` are another woman's again, and what was made since of a transfer that is hers again: the
    lists say that by now."""
    hers = TransferPackage.project_id == project_id, TransferPackage.woman_uuid == kept
    of_her = select(Entity.uuid).join(Dataset, Dataset.id == Entity.dataset_id)
    of_her = of_her.where(Dataset.project_id == project_id, Entity.about == other)
    since = TransferPackage.told_of.is_(None) & TransferPackage.transfer.in_(of_her)
    goes = TransferPackage.told_of.in_(group) | since
    db.execute(update(TransferPackage).where(*hers, goes).values(woman_uuid=other))
    own = TransferPackage.project_id == project_id, TransferPackage.woman_uuid == other
    db.execute(update(TransferPackage).where(*own, TransferPackage.told_of == other).values(told_of=None))


def agreed_as(db: Session, project_id: int, agreed: tuple[date, str] | None) -> str | None:
    """The record by which she agreed, in its current version: a correction is another word of hers. None: it is not here."""
    event = agreed[1] if agreed else ""
    here = CareEvent.project_id == project_id, CareEvent.form_id == TRANSFER, CareEvent.event == event
    version = db.scalar(select(CareEvent.submission_version_id).where(*here))
    return f"{event}/{version}" if version else None


def running_of(db: Session, project_id: int, transfers: Collection[str]) -> dict[str, TransferPackage]:
    """By transfer, its package that is under way or whose time is over."""
    of_them = TransferPackage.project_id == project_id, TransferPackage.transfer.in_(transfers)
    query = select(TransferPackage).where(*of_them, TransferPackage.state.in_(("sent", "expired")))
    return {one.transfer: one for one in db.scalars(query.order_by(TransferPackage.id))}


def shut(row: TransferPackage, state: str) -> None:
    """It goes nowhere any more; what would open or acknowledge it goes with it."""
    row.state, row.content = state, None
    if state in ("replaced", "cancelled"):
        row.proof = None
