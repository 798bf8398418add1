"""Counts each indicator's windows once, in order, and keeps what may be told of them (access/month_ends.py says why).

The cells of a line are the town's clusters, its total is the town: so a small cluster hides another one, and not the town.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import orjson
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.month_ends import Memory, Month, Part, Rate, release_month
from server import clock
from server.access.month_ends import as_json, kept, number_of, read_memory, read_month
from server.db import Database
from server.models import Project, Release
from server.places.clusters import clusters_of
from server.reports.indicators.beside import Beside, hide_near
from server.reports.indicators.counting import count
from server.reports.indicators.definitions import BY_ID, KEPT, Indicator
from server.reports.indicators.gathering import Town, gather
from server.reports.indicators.tallying import TOWN, for_places


def count_indicators(database: Database, now: datetime) -> int:
    """Every care town's windows that have come to be told; how many. One town's window end is one transaction."""
    with database.reading() as db:
        towns = list(db.scalars(select(Project.id).where(Project.kind == "care").order_by(Project.id)))
    return sum(count_town(database, town, now) for town in towns)


def count_town(database: Database, project_id: int, now: datetime) -> int:
    """Two may do this at once: a window is kept by one of them, and the other goes on at its next run."""
    today = clock.today(now)
    with database.reading() as db:
        clusters = clusters_of(db, project_id)[0]
        wanted = {one.id: windows_left(db, project_id, one, today) for one in KEPT}
        if not clusters or not any(wanted.values()):
            return 0
        town = gather(db, db.get_one(Project, project_id), clusters, today)
    done = 0
    for end in sorted({end for ends in wanted.values() for end in ends}):
        due = [one for one in KEPT if end in wanted[one.id]]
        try:
            with database.transaction() as db:
                keep_end(db, project_id, end, due, frozenset(clusters.values()), town, now)
        except IntegrityError:  # somebody else counts just now
            return done
        done += len(due)
    return done


def windows_left(db: Session, project_id: int, indicator: Indicator, today: date) -> list[date]:
    """Those after the newest that is kept: none is told out of order."""
    rows = kept(db, project_id, indicator.measure, 0)
    newest = rows[0].number if rows else 0
    return [end for end in indicator.ends(today) if number_of(end) > newest]


def keep_end(
    db: Session, project_id: int, end: date, due: Sequence[Indicator], places: frozenset[str], town: Town, now: datetime
) -> None:
    """The windows of one town that end on a day, as rows."""
    before = {one.id: last_told(db, project_id, one) for one in KEPT}
    for name, (month, memory) in release_end(due, places, town, end, before).items():
        told = orjson.dumps(as_json(month, memory), option=orjson.OPT_SORT_KEYS).decode()
        row = Release(project_id=project_id, measure=BY_ID[name].measure, number=number_of(end), told_json=told)
        row.made_at = now
        db.add(row)
    db.flush()


Last = tuple[Month | None, Memory]
"""What was told of an indicator at its last end, None before the first, and what readers know of it."""


def last_told(db: Session, project_id: int, indicator: Indicator) -> Last:
    rows = kept(db, project_id, indicator.measure, 0)
    return (read_month(rows[0].told_json), read_memory(rows[0].told_json)) if rows else (None, Memory())


def release_end(
    due: Sequence[Indicator], places: frozenset[str], town: Town, end: date, before: Mapping[str, Last]
) -> dict[str, tuple[Month, Memory]]:
    """What may be told of the windows that end on a day, by id, to those who know what was told before. Pure."""
    found: dict[str, tuple[Month, Memory]] = {}
    beside: dict[str, list[tuple[str, Month]]] = {}
    for one in KEPT:
        last, memory = before.get(one.id, (None, Memory()))
        told = [last] if last else []
        if one in due:
            near = [Beside(month, name in one.part_of) for name, month in beside.get(one.family, ())]
            found[one.id] = release_one(one, count(one, town, end), places, memory, near)
            told.append(found[one.id][0])
        if one.family:
            beside.setdefault(one.family, []).extend((one.id, month) for month in told)
    return found


def release_one(
    indicator: Indicator, parts: Mapping[str, Part], places: frozenset[str], memory: Memory, near: Sequence[Beside]
) -> tuple[Month, Memory]:
    if not indicator.sensitive:
        return plain(parts), memory
    cells = places if indicator.unit == "clusters" else frozenset((TOWN,))
    line, memory = release_month(for_places(parts, cells), dict.fromkeys(cells, TOWN), memory)
    return hide_near(Month({}, line.villages, line.town), near), memory


def plain(parts: Mapping[str, Part]) -> Month:
    """Of what is not about people: as it is, 0 of 0 where there was nothing to count."""
    part = parts.get(TOWN, Part())
    rate = Rate(part.done, part.done + part.missed)
    return Month({}, {TOWN: rate}, rate)
