"""Numbers for those who do not care for the people behind them: told in steps, and what was told to whom is kept.

Requirement P6, domain.md 6.3. Every count on a door that is no list of the caller's own records goes through here. The
whole town is counted, never a reader's part of it: two parts of different size would tell their difference. What a
release may say follows from those before it (geo/releasing.py).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.masking import shown_as
from geo.releasing import Line, Told, release
from geo.subtracting import Sum
from server.db import Database
from server.errors import Unavailable
from server.models import Release, ReleaseLook

TRIES = 5
NOBODY = 0
"""No actor's id: a paper is made for nobody in particular."""
WITHHELD = shown_as(0, "complement")


@dataclass(frozen=True)
class Counted:
    """One line of numbers to be told. `people`: of how many people each is a share; the rest: see `release`."""

    counts: Mapping[str, int]
    people: Mapping[str, int] | None = None
    total_is_out: bool = False
    withheld: Collection[str] = ()
    no_total: bool = False


@dataclass(frozen=True)
class Telling:
    """Who is told, and when; `database` takes what is written down, in a transaction of its own."""

    database: Database
    actor_id: int
    now: datetime


def tell(telling: Telling, project_id: int, lines: Mapping[str, Counted]) -> dict[str, Line]:
    """The lines by measure, as they may be shown to anybody of the project now.

    Call it where nothing is being written (a GET). Raises Unavailable when others were always faster.
    """
    with telling.database.reading() as db:
        found, is_news = look(db, project_id, lines, telling)
    tries = TRIES
    while is_news:
        try:
            with telling.database.transaction() as db:
                found, is_news = look(db, project_id, lines, telling)
                for measure, one in found.items():
                    write(db, project_id, measure, one, telling)
            break
        except IntegrityError:  # somebody else was told meanwhile: what he was told counts
            tries -= 1
            if not tries:
                raise Unavailable() from None
    return {measure: one.line for measure, one in found.items()}


def tell_nobody_yet(database: Database, project_id: int, lines: Mapping[str, Counted], now: datetime) -> "OnPaper":
    """As `tell`, for a paper that the timetable makes. Who reads it later is noted then (`note_readers`).

    Raises Unavailable when others were always faster.
    """
    for _ in range(TRIES):
        try:
            with database.transaction() as db:
                found, _news = look(db, project_id, lines, Telling(database, NOBODY, now))
                rows = [add_release(db, project_id, measure, one, now) for measure, one in found.items()]
                return OnPaper({measure: one.line for measure, one in found.items()}, [row.id for row in rows])
        except IntegrityError:  # somebody was told meanwhile: what he was told counts
            continue
    raise Unavailable()


@dataclass(frozen=True)
class OnPaper:
    """Lines as a paper holds them, and the ids of the releases that its readers are told."""

    lines: Mapping[str, Line]
    releases: Sequence[int]


def note_readers(telling: Telling, releases: Sequence[int]) -> None:
    """That somebody read a paper: once for each release. Call it where nothing is being written (a GET)."""
    seen = select(ReleaseLook.release_id).where(
        ReleaseLook.actor_id == telling.actor_id, ReleaseLook.release_id.in_(releases)
    )
    for _ in range(TRIES):
        with telling.database.reading() as db:
            new = sorted(set(releases) - set(db.scalars(seen)))
        if not new:
            return
        try:
            with telling.database.transaction() as db:
                looks = [{"release_id": one, "actor_id": telling.actor_id, "looked_at": telling.now} for one in new]
                db.add_all(ReleaseLook(**one) for one in looks)
            return
        except IntegrityError:  # the same person looked twice at once
            continue
    raise Unavailable()


@dataclass(frozen=True)
class Found:
    """A line beside the release that holds: `last` None before the first; `is_looked_at` by this telling."""

    line: Line
    told: Told
    last: Release | None
    is_looked_at: bool

    @property
    def is_new(self) -> bool:
        return self.last is None or read_told(self.last.told_json) != self.told


def look(db: Session, project_id: int, lines: Mapping[str, Counted], telling: Telling) -> tuple[dict[str, Found], bool]:
    """What may be shown now, and whether that has to be written down."""
    newest = (
        select(Release.measure, func.max(Release.number).label("number"))
        .where(Release.project_id == project_id, Release.measure.in_(lines))
        .group_by(Release.measure)
        .subquery()
    )
    rows = db.execute(
        select(Release, ReleaseLook.id)
        .join(newest, (Release.measure == newest.c.measure) & (Release.number == newest.c.number))
        .outerjoin(ReleaseLook, (ReleaseLook.release_id == Release.id) & (ReleaseLook.actor_id == telling.actor_id))
        .where(Release.project_id == project_id)
    )
    last = {row.measure: (row, look_id is not None) for row, look_id in rows}
    found = {}
    for measure, counted in lines.items():
        row, is_looked_at = last.get(measure, (None, False))
        before = read_told(row.told_json) if row else None
        ways: dict[str, Any] = {"withheld": counted.withheld, "no_total": counted.no_total}
        line, told = release(counted.counts, before, counted.people, total_is_out=counted.total_is_out, **ways)
        found[measure] = Found(line, told, row, is_looked_at)
    return found, any(one.is_new or not one.is_looked_at for one in found.values())


def write(db: Session, project_id: int, measure: str, found: Found, telling: Telling) -> None:
    if found.is_looked_at and not found.is_new:
        return
    row = add_release(db, project_id, measure, found, telling.now)
    db.add(ReleaseLook(release_id=row.id, actor_id=telling.actor_id, looked_at=telling.now))
    db.flush()


def add_release(db: Session, project_id: int, measure: str, found: Found, now: datetime) -> Release:
    """The release that holds: the last one where it says the same, else a new one."""
    if found.last is not None and not found.is_new:
        return found.last
    row = Release(
        project_id=project_id,
        measure=measure,
        number=found.last.number + 1 if found.last else 1,
        told_json=write_told(found.told),
        made_at=now,
    )
    db.add(row)
    db.flush()
    return row


def write_told(told: Told) -> str:
    return orjson.dumps(told_as_json(told), option=orjson.OPT_SORT_KEYS).decode()


def told_as_json(told: Told) -> dict[str, Any]:
    sums = sorted([sorted(one.parts), one.total] for one in told.sums)
    ends = {name: [low, None if high == float("inf") else high] for name, (low, high) in sorted(told.ranges.items())}
    body: dict[str, Any] = {"counted": dict(told.counted), "moves": dict(told.moves), "numbers": dict(told.numbers)}
    body |= {"known": sorted(told.known), "guessed": sorted(told.guessed), "sums": sums, "ranges": ends}
    body["total"] = told.total
    return body


def read_told(text: str) -> Told:
    return told_of_json(orjson.loads(text))


def told_of_json(body: Mapping[str, Any]) -> Told:
    return Told(
        counted=body["counted"],
        known=frozenset(body["known"]),
        moves=body["moves"],
        sums=frozenset(Sum(frozenset(parts), total) for parts, total in body["sums"]),
        ranges={name: (low, float("inf") if high is None else high) for name, (low, high) in body["ranges"].items()},
        numbers=body["numbers"],
        guessed=frozenset(body["guessed"]),
        total=body["total"],
    )
