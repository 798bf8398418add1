"""The rows of what women agreed to: written with her row, read by pages; and what she took back at the office."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.changes import GONE, note_changes
from server.clock import today
from server.db import ask
from server.models import PURPOSES, Consent, Withdrawal, table_of
from server.registry.consent_by_purpose import Standing, Wording, stand_by_purpose
from server.registry.people import change, differs
from server.registry.telling import Event

SHARED: Final = ("service", "share_clinic")
"""The purposes without which programs of the clinic hear no more of her."""


_HERS: Final = select(*table_of(Consent).c).where(
    Consent.project_id == bindparam("project"), Consent.woman_uuid == bindparam("woman")
)
"""Their columns alone: at every record about her they are read, and hardly ever written."""


def consents_of(db: Session, project_id: int, woman: str) -> list[Consent]:
    """What stands of each purpose that she was asked for, in the order of PURPOSES."""
    rows = db.scalars(select(Consent).where(*hers(project_id, woman)))
    return sorted(rows, key=lambda row: PURPOSES.index(row.purpose))


def standing_of(row: Consent) -> Standing:
    wording = Wording(row.text_version, row.text_sha256) if row.text_version and row.text_sha256 else None
    return Standing(row.purpose, row.given, row.said_on, row.until, wording)


def write_consents(db: Session, project_id: int, woman: str, events: Sequence[Event], now: datetime) -> None:
    """Brings her rows in line with her records: what differs is written, what nothing speaks of goes.

    When she shares less with the clinic than before, programs that keep copies hear that something is gone.
    """
    standing = stand_by_purpose(events)
    known = {row.purpose: row for row in ask(db, _HERS, {"project": project_id, "woman": woman})}
    if any(row.given and not is_given(standing.get(row.purpose)) for row in known.values() if row.purpose in SHARED):
        note_changes(db, project_id, GONE, [None], now)
    noted = withdrawal_ids(db, {one.event for one in standing.values() if not one.submission_id})
    wanted = {purpose: values_of(one, noted) for purpose, one in standing.items()}
    for purpose in known.keys() - wanted.keys():
        db.delete(db.get_one(Consent, known[purpose].id))
    for purpose, values in wanted.items():
        if purpose not in known:
            db.add(Consent(project_id=project_id, woman_uuid=woman, purpose=purpose, **values))
        elif differs(known[purpose], values):
            change(db.get_one(Consent, known[purpose].id), values)
    db.flush()


def is_given(one: Standing | None) -> bool:
    return one is not None and one.given


def values_of(one: Standing, noted: dict[str, int]) -> dict[str, Any]:
    return {
        "given": one.given,
        "said_on": one.said_on,
        "until": one.until,
        "text_version": one.wording.version if one.wording else None,
        "text_sha256": one.wording.sha256 if one.wording else None,
        "submission_id": one.submission_id or None,
        "withdrawal_id": noted.get(one.event),
    }


def withdrawal_ids(db: Session, events: set[str]) -> dict[str, int]:
    if not events:
        return {}
    rows = db.scalars(select(Withdrawal).where(Withdrawal.event.in_(events)))
    return {row.event: row.id for row in rows}


def hers(project_id: int, woman: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Consent.project_id == project_id, Consent.woman_uuid == woman


def note_withdrawal(
    db: Session, project_id: int, woman: str, purposes: Sequence[str], by: int | None, now: datetime
) -> Withdrawal:
    """Keeps what she took back today on her word. Whoever calls it brings the rest in line (intake/withdrawing.py)."""
    row = Withdrawal(
        project_id=project_id,
        event=f"uuid:{uuid4()}",
        woman_uuid=woman,
        purposes=" ".join(purposes),
        taken_on=today(now),
        received_at=now,
        noted_by=by,
    )
    db.add(row)
    db.flush()
    note(db, project_id, woman, by, now)
    return row


def note(db: Session, project_id: int, woman: str, by: int | None, now: datetime) -> None:
    """That she took something back and who wrote it down; not what, and not why."""
    details = {"entity": {"dataset": "women", "uuid": woman}}
    record(db, "consent.withdraw", actor_id=by, project_id=project_id, details=details, now=now)
