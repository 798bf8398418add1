"""Rates as they were told at the ends of months: each is counted once, kept, and shown again as it was.

Requirement P6, domain.md 6.3: nobody cuts a window of his own out of the numbers, and a record that comes late changes no
month that was told. A month is told two weeks after its end (domain.md 4.0), in order, the oldest first; what it may say
follows from those before it (geo/month_ends.py). The timetable counts (`add_months_due`); who looks is shown what is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Row, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.month_ends import Memory, Month, Part, Rate, release_month
from server import clock
from server.access.small_numbers import TRIES, Telling, told_as_json, told_of_json
from server.db import Database
from server.errors import Unavailable
from server.models import Release, ReleaseLook

MONTHS: Final = 12
LAG: Final = timedelta(days=14)

Count = Callable[[Session, date], Mapping[str, Part]]
"""What each village in force adds to a rate whose window ends on a day."""


def month_ends(today: date, months: int = MONTHS) -> list[date]:
    """The last days of the newest months that may be told, the oldest first."""
    found = [end_before(today - LAG + timedelta(days=1))]
    while len(found) < months:
        found.append(end_before(found[-1]))
    return found[::-1]


def end_before(day: date) -> date:
    """The last day of the month before the one of `day`."""
    return day.replace(day=1) - timedelta(days=1)


def add_months_due(
    database: Database, project_id: int, measure: str, now: datetime, count: Count, cluster_of: Mapping[str, str]
) -> int:
    """Counts and keeps the months that may be told and are not kept yet: how many, each in a transaction of its own.

    Two may do this at once: the row of a month is made by one of them, and the other goes on from there.
    """
    wanted, done = month_ends(clock.today(now)), 0
    for _ in wanted:
        try:
            with database.transaction() as db:
                if not add_next(db, project_id, measure, wanted, count, cluster_of, now):
                    break
            done += 1
        except IntegrityError:  # somebody else counted this month meanwhile
            continue
    return done


def add_next(
    db: Session,
    project_id: int,
    measure: str,
    wanted: Sequence[date],
    count: Count,
    cluster_of: Mapping[str, str],
    now: datetime,
) -> bool:
    """The oldest month that is not kept; False where all are."""
    rows = kept(db, project_id, measure)
    left = missing(rows, wanted)
    if not left:
        return False
    memory = read_memory(rows[0].told_json) if rows else Memory()
    found = count(db, left[0])
    month, memory = release_month({code: found.get(code, Part()) for code in cluster_of}, cluster_of, memory)
    told = orjson.dumps(as_json(month, memory), option=orjson.OPT_SORT_KEYS).decode()
    number = number_of(left[0])
    db.add(Release(project_id=project_id, measure=measure, number=number, told_json=told, made_at=now))
    db.flush()
    return True


def tell_months(
    telling: Telling, project_id: int, measure: str, today: date, until: datetime | None = None
) -> dict[date, Month]:
    """A rate at the end of each of the last MONTHS that is kept, the oldest first. It is kept who was shown which.

    `until`: what was counted later is left out, as in a paper that was made then. Call it where nothing is being written (a
    GET). Raises Unavailable when others were always faster.
    """
    wanted = month_ends(today)
    for _ in range(TRIES):
        with telling.database.reading() as db:
            rows = by_end(kept(db, project_id, measure, telling.actor_id, until), wanted)
        if all(row.looked for row in rows.values()):
            return {end: read_month(row.told_json) for end, row in rows.items()}
        try:
            with telling.database.transaction() as db:
                note_looks(db, by_end(kept(db, project_id, measure, telling.actor_id, until), wanted), telling)
        except IntegrityError:  # the same person looked twice at once
            continue
    raise Unavailable()


def kept(
    db: Session, project_id: int, measure: str, actor_id: int = 0, until: datetime | None = None
) -> Sequence[Row[Any]]:
    """The newest months that are kept, or were `until` then, the newest first; `looked`: whether this person was shown them."""
    then = true() if until is None else Release.made_at <= until
    looked = ReleaseLook.id.is_not(None).label("looked")
    query = (
        select(Release.id, Release.number, Release.told_json, looked)
        .outerjoin(ReleaseLook, (ReleaseLook.release_id == Release.id) & (ReleaseLook.actor_id == actor_id))
        .where(Release.project_id == project_id, Release.measure == measure, then)
        .order_by(Release.number.desc())
        .limit(MONTHS)
    )
    return list(db.execute(query))


def number_of(end: date) -> int:
    return end.year * 12 + end.month


def missing(rows: Sequence[Row[Any]], wanted: Sequence[date]) -> list[date]:
    """Months after the newest that is kept: none is told out of order."""
    newest = rows[0].number if rows else 0
    return [end for end in wanted if number_of(end) > newest]


def by_end(rows: Sequence[Row[Any]], wanted: Sequence[date]) -> dict[date, Row[Any]]:
    known = {row.number: row for row in rows}
    return {end: known[number_of(end)] for end in wanted if number_of(end) in known}


def note_looks(db: Session, rows: Mapping[date, Row[Any]], telling: Telling) -> None:
    new = [row.id for row in rows.values() if not row.looked]
    db.add_all(ReleaseLook(release_id=one, actor_id=telling.actor_id, looked_at=telling.now) for one in new)
    db.flush()


def as_json(month: Month, memory: Memory) -> dict[str, Any]:
    return {
        "told": {side: told_as_json(told) for side, told in memory.told.items()},
        "totals": {side: dict(totals) for side, totals in memory.totals.items()},
        "villages": {code: rate_as_json(one) for code, one in month.villages.items()},
        "clusters": {code: rate_as_json(one) for code, one in month.clusters.items()},
        "town": rate_as_json(month.town),
    }


def rate_as_json(rate: Rate) -> list[Any]:
    return [rate.done, rate.of, rate.why]


def read_memory(text: str) -> Memory:
    body = orjson.loads(text)
    return Memory({side: told_of_json(told) for side, told in body["told"].items()}, body["totals"])


def read_month(text: str) -> Month:
    body = orjson.loads(text)
    villages, clusters = ({code: Rate(*one) for code, one in body[line].items()} for line in ("villages", "clusters"))
    return Month(villages, clusters, Rate(*body["town"]))
