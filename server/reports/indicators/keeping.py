"""Counts each indicator's windows once, in order, and keeps what may be told of them (access/month_ends.py says why).

The cells of a line are the town's clusters, its total is the town: so a small cluster hides another one, and not the town.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from server.reports.indicators.definitions import KEPT, Indicator
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
                Kept(project_id, end, frozenset(clusters.values()), now).add(db, due, town)
        except IntegrityError:  # somebody else counts just now
            return done
        done += len(due)
    return done


def windows_left(db: Session, project_id: int, indicator: Indicator, today: date) -> list[date]:
    """Those after the newest that is kept: none is told out of order."""
    rows = kept(db, project_id, indicator.measure, 0)
    newest = rows[0].number if rows else 0
    return [end for end in indicator.ends(today) if number_of(end) > newest]


@dataclass
class Kept:
    """One end of windows of one town as it is being kept; `before` by family, (id, what is told of it) there and at
    its last end."""

    project_id: int
    end: date
    places: frozenset[str]
    now: datetime
    before: dict[str, list[tuple[str, Month]]] = field(default_factory=dict)

    def add(self, db: Session, due: Sequence[Indicator], town: Town) -> None:
        for one in KEPT:
            rows = kept(db, self.project_id, one.measure, 0)
            told = [read_month(row.told_json) for row in rows[:1]]
            if one in due:
                memory = read_memory(rows[0].told_json) if rows else Memory()
                month, memory = self.release(one, count(one, town, self.end), memory)
                told.append(month)
                db.add(self.row_of(one, month, memory))
            if one.family:
                self.before.setdefault(one.family, []).extend((one.id, month) for month in told)
        db.flush()

    def release(self, indicator: Indicator, parts: Mapping[str, Part], memory: Memory) -> tuple[Month, Memory]:
        if not indicator.sensitive:
            return plain(parts), memory
        places = self.places if indicator.unit == "clusters" else frozenset((TOWN,))
        line, memory = release_month(for_places(parts, places), dict.fromkeys(places, TOWN), memory)
        month = Month({}, line.villages, line.town)
        return hide_near(month, self.beside(indicator)), memory

    def beside(self, indicator: Indicator) -> list[Beside]:
        family = self.before.get(indicator.family, []) if indicator.family else []
        return [Beside(month, name in indicator.part_of) for name, month in family]

    def row_of(self, indicator: Indicator, month: Month, memory: Memory) -> Release:
        told = orjson.dumps(as_json(month, memory), option=orjson.OPT_SORT_KEYS).decode()
        number = number_of(self.end)
        return Release(
            project_id=self.project_id, measure=indicator.measure, number=number, told_json=told, made_at=self.now
        )


def plain(parts: Mapping[str, Part]) -> Month:
    """Of what is not about people: as it is, 0 of 0 where there was nothing to count."""
    part = parts.get(TOWN, Part())
    rate = Rate(part.done, part.done + part.missed)
    return Month({}, {TOWN: rate}, rate)
