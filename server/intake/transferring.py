"""The sending side of a transfer of care: its package is made, acknowledged, taken back, or runs out; all that follows, follows.

domain.md 3, F8: she alone asks for it, chooses what goes along, and may cancel until the other side has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.access.audit import record
from server.clock import today
from server.errors import MissingParameter, NotFound, TransferRefused, UnexpectedValue
from server.followups.packing import pack_items
from server.followups.recalculate import lock_subject, recalculate_many
from server.intake.withdrawing import as_she_stands
from server.models import Dataset, Entity, Project, TransferPackage, Woman
from server.registry.care_records import bring_in_line
from server.registry.entities import Author, write_update
from server.registry.package_contents import fit_text
from server.registry.packages import LIVES, Sealed, digest_of, seal_package
from server.registry.receipts import read_receipt
from server.registry.rights_desk import code_of
from server.registry.sealing import stand_in_line
from server.registry.transfer_told import shut
from server.registry.transfers import ASKED, EXPIRED, OUT, SENT, TRANSFERS
from server.registry.transfers_of_her import Wish, may_pass_on, transfer_of, wish_of

RUNS: Final = (ASKED, SENT)


@dataclass(frozen=True)
class Made:
    """`key` is for her card, now and never again."""

    row: TransferPackage
    key: str


def make_package(
    db: Session, project: Project, woman: Woman, transfer: str, items: Sequence[str], by: int, now: datetime
) -> Made:
    """Makes the package of what she agreed to, or of less; one that was made before opens nothing here any more.

    Raises NotFound, TransferRefused without her consent or once it is over, MissingParameter, UnexpectedValue for an item that
    she did not choose.
    """
    day = today(now)
    hold(db, project, woman.uuid)
    woman = as_she_stands(db, woman)
    if not may_pass_on(db, woman, day):
        raise TransferRefused(reason="she does not agree that data of hers are kept, used or shared with the clinic")
    entity, dataset = transfer_of(db, project.id, woman.uuid, transfer, OUT)
    wish = wish_of(db, project.id, woman.uuid, transfer)
    if wish is None or status_in(entity) not in RUNS:
        raise TransferRefused(reason="she has not agreed to it, or it is over")
    chosen, former = checked_items(items, wish), packages_of(db, project.id, transfer, ("sent", "expired"))
    if any(one.last_day < day for one in former):
        raise TransferRefused(reason="she has not agreed to it, or it is over")
    for one in former:
        shut(one, "replaced")
    db.flush()
    sealed = seal_package(
        {
            "code": fit_text(code_of(woman.label)),
            "from": fit_text(project.name),
            "place": wish.place,
            "made_on": day.isoformat(),
            "items": pack_items(db, woman, chosen),
        }
    )
    row = add_package(db, project.id, woman.uuid, transfer, wish, chosen, sealed, by, now)
    write_status(db, entity, dataset, SENT, by, now)
    note(db, "transfer.send", row, by, now, {"items": len(chosen)})
    recalculate_many(db, project, {("women", woman.uuid)}, day, now)
    return Made(row, sealed.key)


def checked_items(items: Sequence[str], wish: Wish) -> list[str]:
    """In the order of the form."""
    beyond = [one for one in items if one not in wish.items]
    if beyond:
        raise UnexpectedValue(field="items", value=beyond[0][:40], reason="she did not choose it")
    if not items:
        raise MissingParameter(field="items")
    return [one for one in wish.items if one in items]


def add_package(
    db: Session,
    project_id: int,
    woman: str,
    transfer: str,
    wish: Wish,
    items: Sequence[str],
    sealed: Sealed,
    by: int,
    now: datetime,
) -> TransferPackage:
    row = a_row(project_id, woman, transfer, "sent", by, now)
    row.agreed_as, row.items, row.place = wish.agreed_as, " ".join(items), orjson.dumps(wish.place).decode()
    row.content, row.proof, row.name_sha256 = sealed.file, sealed.proof, digest_of(sealed.name)
    db.add(row)
    db.flush()
    return row


def a_row(project_id: int, woman: str, transfer: str, state: str, by: int, now: datetime) -> TransferPackage:
    return TransferPackage(
        project_id=project_id,
        direction=OUT,
        transfer=transfer,
        woman_uuid=woman,
        event=f"uuid:{uuid4()}",
        state=state,
        items="",
        place="",
        made_at=now,
        made_by_id=by,
        made_on=today(now),
        last_day=today(now) + LIVES,
    )


def acknowledge(
    db: Session, project: Project, woman: Woman, transfer: str, receipt: str, by: int, now: datetime
) -> date:
    """Takes the other side's word that it has the package; on which day it took it over. There is no way back.

    Also of one whose time is over meanwhile: it was opened while it lived. Raises NotFound, TransferRefused.
    """
    hold(db, project, woman.uuid)
    transfer_of(db, project.id, woman.uuid, transfer, OUT)
    for row in packages_of(db, project.id, transfer, ("sent", "told", "expired")):
        taken_on = read_receipt(receipt, row.proof or b"", row.made_on)
        if taken_on is not None:
            shut(row, "received")
            row.proof = None
            answer(row, min(taken_on, today(now)), by, now)
            note(db, "transfer.acknowledge", row, by, now)
            follow(db, project, woman.uuid, now)
            return taken_on
    raise TransferRefused(reason="this is no acknowledgement of a package of hers that is on its way")


def take_back(db: Session, project: Project, woman: Woman, transfer: str, by: int, now: datetime) -> TransferPackage:
    """She does not want it any more, which holds at once; until the other side has it. Raises NotFound, TransferRefused."""
    hold(db, project, woman.uuid)
    entity, _dataset = transfer_of(db, project.id, woman.uuid, transfer, OUT)
    if status_in(entity) not in RUNS:
        raise TransferRefused(reason="the other side has it, or it is over")
    running = packages_of(db, project.id, transfer, ("sent",))
    row = running[0] if running else a_row(project.id, woman.uuid, transfer, "cancelled", by, now)
    db.add(row)
    shut(row, "cancelled")
    answer(row, today(now), by, now)
    note(db, "transfer.cancel", row, by, now)
    follow(db, project, woman.uuid, now)
    return row


def want_it_again(db: Session, project: Project, woman: Woman, package_id: int, by: int, now: datetime) -> None:
    """The taking back was a slip: the transfer is asked for as before. Its package stays shut, another one may be made.

    Raises NotFound, TransferRefused once she said something else since, or on another day.
    """
    hold(db, project, woman.uuid)
    row = db.get(TransferPackage, package_id)
    if row is None or (row.project_id, row.woman_uuid) != (project.id, woman.uuid) or row.state != "cancelled":
        raise NotFound()
    if row.answered_by_id is None or row.answered_on != today(now):
        raise TransferRefused(reason="it was taken back on another day; she may ask for a new transfer")
    row.state, row.answered_on, row.answered_at, row.answered_by_id = "replaced", None, None, None
    db.flush()
    note(db, "transfer.cancel.undo", row, by, now)
    follow(db, project, woman.uuid, now)
    entity, _dataset = transfer_of(db, project.id, woman.uuid, row.transfer, OUT)
    if status_in(entity) != ASKED:
        raise TransferRefused(reason="she has not agreed to it, or it is over")


def expire_one(db: Session, now: datetime) -> bool:
    """Shuts one package whose last day is over; whether there was one. She may ask for a new transfer."""
    over = TransferPackage.state == "sent", TransferPackage.last_day < today(now)
    which = select(TransferPackage.id, TransferPackage.project_id, TransferPackage.woman_uuid).where(*over)
    first = db.execute(which.order_by(TransferPackage.id).limit(1)).first()
    if first is None:
        return False
    project = db.get_one(Project, first.project_id)
    hold(db, project, first.woman_uuid)
    row = db.get(TransferPackage, first.id, populate_existing=True)
    if row is not None and row.state == "sent":  # she may have been removed, or have taken it back, meanwhile
        shut(row, "expired")
        note(db, "transfer.expire", row, None, now)
        say_expired(db, project, row, now)
    return True


def say_expired(db: Session, project: Project, row: TransferPackage, now: datetime) -> None:
    try:
        entity, dataset = transfer_of(db, row.project_id, row.woman_uuid, row.transfer, OUT)
    except NotFound:  # the office took it out of the list
        return
    write_status(db, entity, dataset, EXPIRED, None, now)
    follow(db, project, row.woman_uuid, now)


def hold(db: Session, project: Project, woman: str) -> None:
    """Nobody else changes what is hers meanwhile."""
    stand_in_line(db, project.id)
    lock_subject(db, project.id, ("women", woman), wait=True)


def packages_of(db: Session, project_id: int, transfer: str, states: Sequence[str]) -> list[TransferPackage]:
    """The newest first, as they stand now."""
    here = TransferPackage.project_id == project_id, TransferPackage.transfer == transfer
    query = select(TransferPackage).where(*here, TransferPackage.direction == OUT, TransferPackage.state.in_(states))
    newest = query.order_by(TransferPackage.id.desc())
    return list(db.scalars(newest, execution_options={"populate_existing": True}))


def status_in(entity: Entity) -> str:
    return str(orjson.loads(entity.data_json).get("status", ""))


def write_status(db: Session, entity: Entity, dataset: Dataset, status: str, by: int | None, now: datetime) -> None:
    if status_in(entity) != status:
        act = EntityAct(TRANSFERS, entity.uuid, False, True, entity.version, None, None, "", {"status": status})
        write_update(db, dataset, entity, entity.version, act, Author(by, None, None, None, now))


def answer(row: TransferPackage, day: date, by: int, now: datetime) -> None:
    row.answered_on, row.answered_at, row.answered_by_id = day, now, by


def follow(db: Session, project: Project, woman: str, now: datetime) -> None:
    """Her list and her follow-ups, as all that is told of her says now."""
    db.flush()
    effects = bring_in_line(db, project.id, ("women", woman), now)
    recalculate_many(db, project, effects.subjects, today(now), now)


def note(
    db: Session, action: str, row: TransferPackage, by: int | None, now: datetime, more: dict[str, Any] | None = None
) -> None:
    """Which transfer, and never what is in it. Its uuid is hers: an erasure puts a hash there."""
    details = {"entity": {"dataset": TRANSFERS, "uuid": row.transfer}} | (more or {})
    record(db, action, actor_id=by, project_id=row.project_id, details=details, now=now)
