"""What a town's map is drawn upon: nothing (so it begins), the town's own file, or Tianditu by the town's key."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from geo.pmtiles import Head
from server.access.audit import record
from server.blobs import Stored, remember
from server.errors import MissingParameter, NotFound, UnexpectedValue
from server.models import Blob, FormAttachment, FormVersion, MapBase, SubmissionAttachment

BLANK, FILE, TIANDITU = "blank", "file", "tianditu"
KINDS: Final = (BLANK, FILE, TIANDITU)
WGS84, GCJ02 = "wgs84", "gcj02"
SHIFTS: Final = (WGS84, GCJ02)
PMTILES_TYPE: Final = "application/vnd.pmtiles"
KEY: Final = re.compile(r"[0-9A-Za-z]{16,64}")
KEPT: Final = 2  # what holds, and what it can be undone to


@dataclass(frozen=True)
class TownFile:
    """A file that is on disk, what its head says, and in which coordinates the town declares it to be."""

    stored: Stored
    head: Head
    shift: str


@dataclass(frozen=True)
class Wish:
    """What the map is to be drawn upon. No `file` or no `tk` where the one of before is to be used again."""

    kind: str
    file: TownFile | None = None
    tk: str = field(default="", repr=False)


def base_of(db: Session, project_id: int) -> MapBase | None:
    """What holds; None or one of the kind blank are the same map."""
    return next(iter(standing(db, project_id)), None)


def standing(db: Session, project_id: int) -> list[MapBase]:
    """What was chosen and not taken back, the newest first."""
    return list(db.scalars(select(MapBase).where(MapBase.project_id == project_id).order_by(MapBase.id.desc())))


def get_file(db: Session, project_id: int, base_id: int) -> MapBase:
    """A file that the map of this town is drawn upon, now or in a page that is open since before. Raises NotFound."""
    row = db.get(MapBase, base_id)
    if row is None or row.project_id != project_id or row.sha256 is None:
        raise NotFound()
    return row


def put_base(db: Session, project_id: int, wish: Wish, by: int, now: datetime) -> MapBase:
    """Makes a choice hold. The audit says which, never the key. Raises MissingParameter or UnexpectedValue."""
    before = standing(db, project_id)
    row = MapBase(project_id=project_id, kind=wish.kind, shift=WGS84, by_id=by, made_at=now)
    if wish.kind == FILE:
        fill_file(db, row, wish.file, before, now)
    elif wish.kind == TIANDITU:
        row.tk = read_key(wish.tk, before)
    db.add(row)
    db.flush()
    forget(db, project_id, [row, *before[: KEPT - 1]])
    told = {"base": row.kind, "shift": row.shift}
    record(db, "map_base.update", actor_id=by, now=now, project_id=project_id, details=told)
    return row


def fill_file(db: Session, row: MapBase, file: TownFile | None, before: list[MapBase], now: datetime) -> None:
    old = next((one for one in before if one.sha256), None)
    if file is not None:
        remember(db, file.stored, PMTILES_TYPE, now)
        box = file.head.box
        row.sha256, row.shift, row.tiles = file.stored.sha256, file.shift, file.head.tiles
        row.min_zoom, row.max_zoom = file.head.min_zoom, file.head.max_zoom
        row.west, row.south, row.east, row.north = box.west, box.south, box.east, box.north
    elif old is not None:
        for name in ("sha256", "shift", "tiles", "min_zoom", "max_zoom", "west", "south", "east", "north"):
            setattr(row, name, getattr(old, name))
    else:
        raise MissingParameter(field="file")


def read_key(typed: str, before: list[MapBase]) -> str:
    if not typed:
        old = next((one.tk for one in before if one.tk), None)
        if old is None:
            raise MissingParameter(field="tk")
        return old
    if not KEY.fullmatch(typed):
        raise UnexpectedValue(field="tk", value="…", reason="it is not what a key of Tianditu looks like")
    return typed


def undo_base(db: Session, project_id: int, by: int, now: datetime) -> None:
    """What was before holds again; before the first choice that is the blank map. Raises NotFound."""
    chosen = standing(db, project_id)
    if not chosen:
        raise NotFound()
    row, *before = chosen
    forget(db, project_id, before)
    record(db, "map_base.undo", actor_id=by, now=now, project_id=project_id, details={"base": row.kind})


def forget(db: Session, project_id: int, kept: Iterable[MapBase]) -> None:
    """Deletes the choices that hold no more, and speaks no longer of files that nothing else is made of: they are swept."""
    ids = [one.id for one in kept]
    gone = MapBase.project_id == project_id, MapBase.id.not_in(ids)
    files = {one for one in db.scalars(select(MapBase.sha256).where(*gone)) if one}
    db.execute(delete(MapBase).where(*gone))
    used = (
        exists().where(MapBase.sha256 == Blob.sha256),
        exists().where(FormAttachment.blob_sha256 == Blob.sha256),
        exists().where(FormVersion.xls_sha256 == Blob.sha256),
        exists().where(SubmissionAttachment.blob_sha256 == Blob.sha256),
    )
    db.execute(delete(Blob).where(Blob.sha256.in_(files), *(~one for one in used)))
