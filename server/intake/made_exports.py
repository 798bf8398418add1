"""Files with too many records to be made while somebody waits: asked for, made by the timetable, taken by who asked.

What was asked for is kept with the scope that her rights had then. The file is handed out only while her rights are still
exactly these, and nothing was erased, taken back or deleted in the project since: else it is over, and the file goes. It
lies sealed on the disk for a week.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from geo.tiles import Box
from server.access.allow import Scope
from server.access.changes import GONE
from server.clock import today
from server.db import Database
from server.errors import NotFound, TooManyExports
from server.followups.plain_notices import EXPORT_READY, tell
from server.intake.export_files import Wish, write
from server.intake.wanted import Asked, Wanted
from server.keys import KeyRing
from server.models import Change, Form, MadeExport, Woman
from server.sealed_files import SealingWriter, open_file

WAITING, RUNNING, READY, FAILED, OVER = "waiting", "running", "ready", "failed", "over"
EXPIRED, TAKEN_BACK, SINCE_GONE, RIGHTS, ERROR = "expired", "taken_back", "gone", "rights", "error"
LARGE: Final = 2000  # records from which on a file is made by the timetable
KEPT_FOR: Final = timedelta(days=7)
STUCK_AFTER: Final = timedelta(hours=1)
MOST_OPEN: Final = 3  # of one person that wait or run
FOLDER: Final = "made-exports"
ENDING: Final = (GONE, "submission.delete")
"""Changes after which a file from before holds what nobody may hold any more."""


@dataclass(frozen=True)
class Order:
    """What was asked for. `words` is a Wording's, in the reader's language."""

    scope: Scope
    wanted: Wanted
    title: str
    split: bool
    files: bool
    words: Mapping[str, Any]


def write_order(order: Order) -> str:
    return json.dumps(asdict(order), default=plain)


def plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value.isoformat()


def read_order(text: str) -> Order:
    told = json.loads(text)
    scope, wanted = told["scope"], told["wanted"]
    for name in ("village_ids", "withheld", "only"):
        scope[name] = None if scope[name] is None else frozenset(scope[name])
    scope["today"] = read_day(scope["today"])
    wanted |= {"since": read_day(wanted["since"]), "until": read_day(wanted["until"])}
    wanted["box"] = Box(**wanted["box"]) if wanted["box"] else None
    wanted["answers"] = tuple(Asked(**one) for one in wanted["answers"])
    wanted["columns"] = tuple(wanted["columns"])
    words = told["words"] | {
        "states": {None if key == "null" else key: one for key, one in told["words"]["states"].items()}
    }
    return Order(Scope(**scope), Wanted(**wanted), told["title"], told["split"], told["files"], words)


def read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def ask_export(db: Session, order: Order, actor_id: int, form_id: int, kind: str, total: int, now: datetime) -> int:
    """Its id. Raises TooManyExports where she has three under way."""
    under_way = MadeExport.actor_id == actor_id, MadeExport.state.in_((WAITING, RUNNING))
    if (db.scalar(select(func.count()).select_from(MadeExport).where(*under_way)) or 0) >= MOST_OPEN:
        raise TooManyExports()
    row = MadeExport(project_id=order.scope.project_id, actor_id=actor_id, form_id=form_id, kind=kind, total=total)
    row.wish_json, row.mark, row.state, row.asked_at = write_order(order), str(uuid4()), WAITING, now
    db.add(row)
    db.flush()
    return row.id


def list_own(db: Session, project_id: int, actor_id: int, limit: int) -> list[MadeExport]:
    """The newest first."""
    mine = MadeExport.project_id == project_id, MadeExport.actor_id == actor_id
    return list(db.scalars(select(MadeExport).where(*mine).order_by(MadeExport.id.desc()).limit(limit)))


def form_ids_of(db: Session, rows: Sequence[MadeExport]) -> dict[int, str]:
    """The forms' ids as forms know them, by their ids here."""
    wanted = Form.id.in_({row.form_id for row in rows})
    return dict(db.execute(select(Form.id, Form.xml_form_id).where(wanted)).all()) if rows else {}


def get_own(db: Session, project_id: int, actor_id: int, export_id: int) -> MadeExport:
    """Raises NotFound, also for somebody else's."""
    row = db.get(MadeExport, export_id)
    if row is None or (row.project_id, row.actor_id) != (project_id, actor_id):
        raise NotFound()
    return row


def take_back(row: MadeExport) -> None:
    """Its file goes with the next sweep; nobody is given it from now on."""
    if row.state != OVER:
        row.state, row.why = OVER, TAKEN_BACK


def why_over(db: Session, row: MadeExport, scope: Scope | None, now: datetime) -> str:
    """Why a file that is ready is not handed out, "" where it is. `scope` is what her rights reach now."""
    if row.ready_at is None or now >= row.ready_at + KEPT_FOR:
        return EXPIRED
    asked = read_order(row.wish_json).scope
    if scope is None or replace(scope, today=asked.today) != asked:
        return RIGHTS
    return SINCE_GONE if is_gone_since(db, row, now) else ""


def is_gone_since(db: Session, row: MadeExport, now: datetime) -> bool:
    """By the order of the commits: what was committed when its making began had a number by then, all else comes after.

    A consent that ends with its last day changes nothing that is committed, and so is asked for by itself.
    """
    later = or_(Change.seq > row.after_seq, Change.seq.is_(None))
    here = Change.project_id == row.project_id, Change.kind.in_(ENDING), later
    return db.scalar(select(Change.id).where(*here).limit(1)) is not None or is_consent_over(db, row, now)


def is_consent_over(db: Session, row: MadeExport, now: datetime) -> bool:
    """Whether some woman's consent ended between the day on which the file was asked for and today."""
    asked_on = read_order(row.wish_json).scope.today
    if asked_on is None:  # no health record is in it
        return False
    ended = Woman.project_id == row.project_id, Woman.consent_until >= asked_on, Woman.consent_until < today(now)
    return db.scalar(select(Woman.id).where(*ended).limit(1)) is not None


def path_of(data_dir: Path, row: MadeExport) -> Path:
    return data_dir / FOLDER / row.mark


def open_made(data_dir: Path, row: MadeExport, keys: KeyRing) -> BinaryIO:
    """The file's own bytes. Raises NotFound where it went meanwhile."""
    try:
        return open_file(path_of(data_dir, row), keys)
    except FileNotFoundError:
        raise NotFound() from None


def claim_one(db: Session, now: datetime) -> MadeExport | None:
    """Takes on the one that waits longest; one that was cut off an hour ago waits again."""
    cut_off = MadeExport.state == RUNNING, MadeExport.claimed_at < now - STUCK_AFTER
    db.execute(update(MadeExport).where(*cut_off).values(state=WAITING, records=0))
    row = db.scalar(select(MadeExport).where(MadeExport.state == WAITING).order_by(MadeExport.id).limit(1))
    if row is None or not set_row(db, row.id, WAITING, state=RUNNING, claimed_at=now, records=0):
        return None
    return row


def set_row(db: Session, export_id: int, was: str, **values: Any) -> bool:
    """Changes one that is still as it was; whether it was."""
    here = MadeExport.id == export_id, MadeExport.state == was
    change = update(MadeExport).where(*here).values(**values).execution_options(synchronize_session=False)
    return bool(db.execute(change).rowcount)  # type: ignore[attr-defined]


class TakenBack(Exception):
    """Who asked for it wants it no more."""


def make_file(database: Database, row: MadeExport, wish: Wish, data_dir: Path) -> int:
    """Writes the sealed file; its size before sealing. Raises TakenBack, and whatever goes wrong, leaving nothing."""
    folder = data_dir / FOLDER
    folder.mkdir(exist_ok=True, mode=0o700)
    target, size = path_of(data_dir, row), 0
    try:
        with target.open("wb") as file, database.reading() as db:
            sealing = SealingWriter(file, database.keys)
            for piece in write(db, wish, lambda records: note_progress(database, row.id, records)):
                sealing.write(piece)
                size += len(piece)
            sealing.finish()
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return size


def note_progress(database: Database, export_id: int, records: int) -> None:
    with database.transaction() as db:
        if not set_row(db, export_id, RUNNING, records=records):
            raise TakenBack


def finish(db: Session, row: MadeExport, size: int, now: datetime) -> None:
    """Tells who asked for it; one that was taken back meanwhile stays so."""
    if set_row(db, row.id, RUNNING, state=READY, ready_at=now, size=size, records=row.total):
        tell(db, row.project_id, [row.actor_id], EXPORT_READY, f"export:{row.id}", now)


def sweep_made(db: Session, data_dir: Path, now: datetime) -> int:
    """Ends what is past its time or holds what is gone, and takes every file off the disk that no ready row has; how many."""
    for row in db.scalars(select(MadeExport).where(MadeExport.state == READY)):
        if row.ready_at is None or now >= row.ready_at + KEPT_FOR:
            row.state, row.why = OVER, EXPIRED
        elif is_gone_since(db, row, now):
            row.state, row.why = OVER, SINCE_GONE
    db.flush()
    return delete_files(data_dir, set(db.scalars(select(MadeExport.mark).where(*has_file()))))


def has_file() -> tuple[ColumnElement[bool], ...]:
    return (or_(MadeExport.state == READY, MadeExport.state == RUNNING),)


def delete_files(data_dir: Path, kept: set[str]) -> int:
    left = [one for one in files_in(data_dir / FOLDER) if one.name not in kept]
    for one in left:
        one.unlink(missing_ok=True)
    return len(left)


def files_in(folder: Path) -> Iterator[Path]:
    yield from (one for one in folder.glob("*") if one.is_file())
