"""The deriver `supplies`: what a record of F7 says was handed out, as packages. It tells of nobody, so that also a record which
nobody may read any more has lowered what lies in store: the packages are gone.
"""

from datetime import UTC, date, datetime, time
from typing import Final

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forms.instance import read_values
from server.clock import SHANGHAI, today
from server.followups.supply_facts import plausible
from server.followups.supply_ledger import plain
from server.followups.supply_words import ITEMS
from server.models import Submission, SupplyHandout
from server.reading import Reading
from server.registry.telling import flatten, read_moment

LONGEST: Final = 40
MOST: Final = 500
"""The largest number that F7 takes."""
NOON: Final = time(12)


def note_handed_out(db: Session, reading: Reading) -> None:
    """Brings the one row of a record in line with what it says now; rejected or deleted it says nothing."""
    record = db.get_one(Submission, reading.submission_id)
    told = None if reading.instance.encrypted or not counts(record) else tell_packages(reading, record.created_at)
    if told is None:
        db.execute(delete(SupplyHandout).where(SupplyHandout.submission_id == record.id))
        return
    row = db.scalar(select(SupplyHandout).where(SupplyHandout.submission_id == record.id))
    if row is None:
        row = SupplyHandout(project_id=reading.project.id, submission_id=record.id)
        db.add(row)
    row.told_json = orjson.dumps(told).decode()
    db.flush()


def counts(record: Submission) -> bool:
    return record.deleted_at is None and record.review_state != "rejected" and not record.draft


def tell_packages(reading: Reading, received_at: datetime) -> dict[str, object] | None:
    """Item, number, lot, point and moment; None for a leaflet, and where nothing was handed out."""
    answers = dict(flatten(read_values(reading.instance, reading.schema)))
    item, said = answers.get("item", ""), answers.get("qty", "")
    quantity = int(said) if said.isascii() and said.isdigit() and len(said) < 5 else 0
    if item not in ITEMS or not 0 < quantity <= MOST:
        return None
    return {
        "item": item,
        "quantity": quantity,
        "number": plain(answers.get("lot", "")[:LONGEST]),
        "point": point_in(answers),
        "at": moment_of(answers, received_at).astimezone(UTC).isoformat(),
    }


def point_in(answers: dict[str, str]) -> str:
    """A village's code, `town` (supply_reading.TOWN), or "" where none is told.

    Records of before the form asked for the point lower her own village's.
    """
    told = answers.get("stock_point") or answers.get("point_village") or answers.get("village_code")
    return told[:LONGEST] if told else ""


def moment_of(answers: dict[str, str], received_at: datetime) -> datetime:
    """When it was handed out: as the phone's clock says where the record was filled in that day, else at noon; never after
    receipt."""
    day = plausible(answers.get("visit_date")) or today(received_at)
    filled = read_moment(answers.get("end"))
    near = filled is not None and abs((filled.date() - day).days) <= 1  # a clock of the year 9999 has no day of ours
    at = filled if filled is not None and near and today(filled) == day else noon_of(day)
    return min(at, received_at)


def noon_of(day: date) -> datetime:
    return datetime.combine(day, NOON, SHANGHAI)
