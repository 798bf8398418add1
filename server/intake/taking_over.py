"""The receiving side of a transfer of care: a package that she brought is looked into and, if she agrees, kept as her word.

She registered here by herself first (F2): without her consents here nothing is opened, let alone kept. What is in it is kept
as what she brought; no rule goes by it, and nothing of it becomes a record. domain.md 3, F8.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import orjson
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.clock import today
from server.errors import PackageRefused, TransferRefused
from server.intake.transferring import a_row, answer, follow, hold, note
from server.intake.withdrawing import as_she_stands
from server.models import Dataset, OpenedPackage, Project, TransferPackage, Village, Woman
from server.registry.entities import Author, add_entity
from server.registry.package_contents import check_told
from server.registry.packages import Opened, digest_of, open_package
from server.registry.receipts import make_receipt
from server.registry.transfers import IN, RECEIVED, TRANSFERS
from server.registry.transfers_of_her import may_pass_on, was_made_here

REMEMBERED_FOR: Final = timedelta(days=30)
"""After a package's last day: by then every server's clock says that it is over."""
AHEAD: Final = timedelta(days=1)
"""By how much another server's clock may run before ours."""
COUNTY_DIGITS: Final = 6


@dataclass(frozen=True)
class Looked:
    """A package that may be taken over: what is in it (package_contents.py), and until when."""

    opened: Opened
    told: dict[str, Any]


def look_into(db: Session, project: Project, woman: Woman, file: bytes, key: str, now: datetime) -> Looked:
    """Opens a package and changes nothing. Raises TransferRefused without her consents, PackageRefused with the reason."""
    if not may_pass_on(db, woman, today(now)):
        raise TransferRefused(reason="she does not agree that data of hers are kept, used or shared with the clinic")
    opened = open_package(file, key)
    told = check_told(opened)
    name = digest_of(opened.name)
    if db.get(OpenedPackage, name) is not None:
        raise PackageRefused(reason="it was taken over already; a package opens once")
    if was_made_here(db, project.id, name) or not is_for(db, project.id, told["place"]["county"]):
        raise PackageRefused(reason="it is meant for another place; she may ask there for one that is for here")
    if opened.made_on > today(now) + AHEAD:
        raise PackageRefused(
            reason="it says that it was made on a day to come; please look at the date of both servers"
        )
    if today(now) > opened.last_day:
        raise PackageRefused(reason="its 30 days are over; she may ask there for a new one")
    return Looked(opened, told)


def is_for(db: Session, project_id: int, county: str) -> bool:
    """Whether it may be for here: the county that she chose is that of a village here. Counties without a national code, and
    packages that she carries wherever she likes, are for her care team to tell."""
    if not (len(county) == COUNTY_DIGITS and county.isascii() and county.isdigit()):
        return True
    codes = list(db.scalars(select(Village.code).where(Village.project_id == project_id)))
    comparable = [one for one in codes if len(one) > COUNTY_DIGITS and one.isascii() and one.isdigit()]
    return not comparable or any(one.startswith(county) for one in comparable)


def take_over(
    db: Session, project: Project, woman: Woman, file: bytes, key: str, by: int, now: datetime
) -> TransferPackage:
    """Keeps what she brought, as she agreed here and now, and makes the acknowledgement. Each package once.

    Raises as `look_into` does, and NotFound when she was removed meanwhile.
    """
    hold(db, project, woman.uuid)
    woman = as_she_stands(db, woman)
    looked = look_into(db, project, woman, file, key, now)
    remember(db, looked.opened)
    row = a_row(project.id, woman.uuid, str(uuid4()), "received", by, now)
    row.direction, row.name_sha256 = IN, digest_of(looked.opened.name)
    row.made_on, row.last_day = looked.opened.made_on, looked.opened.last_day
    row.items, row.place = " ".join(looked.told["items"]), looked.told["from"]
    row.content, row.proof = orjson.dumps(looked.told), looked.opened.proof
    answer(row, today(now), by, now)
    db.add(row)
    db.flush()
    list_it(db, project, woman, row, by, now)
    note(db, "transfer.receive", row, by, now, {"items": len(looked.told["items"])})
    follow(db, project, woman.uuid, now)
    return row


def remember(db: Session, opened: Opened) -> None:
    """Raises PackageRefused when somebody else took it over just now."""
    row = OpenedPackage(name_sha256=digest_of(opened.name), forget_on=opened.last_day + REMEMBERED_FOR)
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:
        raise PackageRefused(reason="it was taken over already; a package opens once") from None


def list_it(db: Session, project: Project, woman: Woman, row: TransferPackage, by: int, now: datetime) -> None:
    """A row of the list by which phones go on with it (F8 `meet`); who it is from and what is in it is not there."""
    here = Dataset.project_id == project.id, Dataset.name == TRANSFERS
    dataset = db.scalar(select(Dataset).where(*here))
    if dataset is None:  # no form of transfers is out: nobody goes on with it on a phone
        return
    told = {"direction": IN, "woman": woman.uuid, "village_code": woman.village_code, "status": RECEIVED}
    act = EntityAct(TRANSFERS, row.transfer, True, False, None, None, None, woman.label, told)
    add_entity(db, dataset, act, f"{woman.label} {today(now).isoformat()}", Author(by, None, None, None, now), False)


def receipt_of(row: TransferPackage) -> str:
    """For the other side: of one that was taken over here."""
    assert row.proof is not None and row.answered_on is not None
    return make_receipt(row.proof, row.made_on, row.answered_on)


def forget_opened(db: Session, day: date) -> int:
    """What nobody could take over again anyway; how many."""
    rows = list(db.scalars(select(OpenedPackage).where(OpenedPackage.forget_on < day).limit(500)))
    for one in rows:
        db.delete(one)
    return len(rows)
