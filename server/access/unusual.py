"""What in the audit of a care project is worth a question: counted by person and hour, measured by thresholds as data.

Nobody is ranked and nothing is added up over days: each finding stands for itself, in the order of time.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from server.clock import SHANGHAI
from server.models import Assignment, Audit, Reading

THRESHOLDS: dict[str, dict[str, int]] = tomllib.loads(
    (Path(__file__).parent / "unusual.toml").read_text(encoding="utf-8")
)
SINGLE = ("submission.read", "entity.read", "person.read", "followup.read", "household.locate")
EXPORT, KEY = "form.submission.export", "field_key.read"
ACTS = {"unmasked": "field.reveal", "opened": "break_glass.open"}
REFUSED = "user.session.refused"
MOST_FINDINGS = 500


@dataclass(frozen=True)
class Finding:
    """`kind` is a table of unusual.toml. `begins` and `ends` bound what was counted; `actor_id` is who, or whose account."""

    kind: str
    actor_id: int | None
    begins: datetime
    ends: datetime
    number: int


class Hour(NamedTuple):
    """How often one person did one thing by one way within an hour (UTC, its beginning)."""

    actor_id: int | None
    action: str
    way: str
    begins: datetime
    number: int


def find_unusual(db: Session, project_id: int, start: datetime, end: datetime) -> list[Finding]:
    """Everything from `start` until before `end`, the newest first, MOST_FINDINGS at most."""
    hours = read_hours(db, project_id, start, end)
    found = [
        *in_an_hour(hours),
        *at_night(hours),
        *by_way(hours, "reads_of_others", "handed"),
        *by_way(hours, "reads_opened", "opened"),
        *on_a_day(hours, "exports", EXPORT),
        *keys_shown(db, project_id, start, end),
        *same_again(db, project_id, start, end),
        *acts(db, project_id, start, end),
        *refused(db, project_id, start, end),
    ]
    return sorted(found, key=lambda one: (one.begins, one.kind, one.actor_id or 0), reverse=True)[:MOST_FINDINGS]


def least(kind: str) -> int:
    return THRESHOLDS[kind]["from"]


def read_hours(db: Session, project_id: int, start: datetime, end: datetime) -> list[Hour]:
    """Looks by person, action, way and hour: as many rows as people and hours, however much they read."""
    hour = hour_text(db)
    query = (
        select(Reading.actor_id, Reading.action, Reading.way, hour, func.count())
        .where(Reading.project_id == project_id, Reading.read_at >= start, Reading.read_at < end)
        .group_by(Reading.actor_id, Reading.action, Reading.way, hour)
    )
    return [
        Hour(actor_id, action, way, read_hour(text), number)
        for actor_id, action, way, text, number in db.execute(query)
    ]


def hour_text(db: Session) -> Any:
    """The hour of a look in UTC, as "2026-03-02 01"."""
    if db.get_bind().dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", Reading.read_at), "YYYY-MM-DD HH24")
    return func.substr(cast(Reading.read_at, String), 1, 13)


def read_hour(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC)


def in_an_hour(hours: Iterable[Hour]) -> Iterator[Finding]:
    numbers: Counter[tuple[int | None, datetime]] = Counter()
    for one in hours:
        if one.action in SINGLE:
            numbers[one.actor_id, one.begins] += one.number
    for (actor_id, begins), number in numbers.items():
        if number >= least("reads_in_an_hour"):
            yield Finding("reads_in_an_hour", actor_id, begins, begins + timedelta(hours=1), number)


def at_night(hours: Iterable[Hour]) -> Iterator[Finding]:
    begins, ends = THRESHOLDS["reads_at_night"]["night_begins"], THRESHOLDS["reads_at_night"]["night_ends"]
    numbers: Counter[tuple[int | None, date]] = Counter()
    for one in hours:
        local = one.begins.astimezone(SHANGHAI)
        if one.action in SINGLE and (local.hour >= begins or local.hour < ends):
            evening = local.date() if local.hour >= begins else local.date() - timedelta(days=1)
            numbers[one.actor_id, evening] += one.number
    for (actor_id, evening), number in numbers.items():
        if number >= least("reads_at_night"):
            morning = at_hour(evening + timedelta(days=1), ends)
            yield Finding("reads_at_night", actor_id, at_hour(evening, begins), morning, number)


def at_hour(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def day_of(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def whole_day(kind: str, actor_id: int | None, day: date, number: int) -> Finding:
    return Finding(kind, actor_id, at_hour(day, 0), at_hour(day + timedelta(days=1), 0), number)


def by_way(hours: Iterable[Hour], kind: str, way: str) -> Iterator[Finding]:
    numbers: Counter[tuple[int | None, date]] = Counter()
    for one in hours:
        if one.way == way and one.action in SINGLE:
            numbers[one.actor_id, day_of(one.begins)] += one.number
    yield from (whole_day(kind, *key, number) for key, number in numbers.items() if number >= least(kind))


def on_a_day(hours: Iterable[Hour], kind: str, action: str) -> Iterator[Finding]:
    numbers: Counter[tuple[int | None, date]] = Counter()
    for one in hours:
        if one.action == action:
            numbers[one.actor_id, day_of(one.begins)] += one.number
    yield from (whole_day(kind, *key, number) for key, number in numbers.items() if number >= least(kind))


def keys_shown(db: Session, project_id: int, start: datetime, end: datetime) -> Iterator[Finding]:
    """Different keys that somebody was shown on one day: one that is looked at again, or lies on a second list, is one."""
    keys = (Reading.actor_id, Audit.actee_actor_id, hour_text(db))
    of_keys = (Reading.project_id == project_id) & (Reading.action == KEY)
    query = select(*keys).join(Audit, Audit.id == Reading.audit_id).group_by(*keys)
    phones: dict[tuple[int | None, date], set[int | None]] = {}
    for actor_id, phone, text in db.execute(query.where(of_keys, Reading.read_at >= start, Reading.read_at < end)):
        phones.setdefault((actor_id, day_of(read_hour(text))), set()).add(phone)
    least_keys = least("keys_shown")
    yield from (whole_day("keys_shown", *key, len(one)) for key, one in phones.items() if len(one) >= least_keys)


def same_again(db: Session, project_id: int, start: datetime, end: datetime) -> Iterator[Finding]:
    """The same person or record by the same reader: first and last look, and how many."""
    query = (
        select(Reading.actor_id, func.min(Reading.read_at), func.max(Reading.read_at), func.count())
        .where(Reading.project_id == project_id, Reading.read_at >= start, Reading.read_at < end)
        .where(Reading.about.is_not(None), Reading.action.in_(SINGLE))
        .group_by(Reading.actor_id, Reading.about)
        .having(func.count() >= least("same_again"))
    )
    for actor_id, first, last, number in db.execute(query):
        yield Finding("same_again", actor_id, first, last, number)


def acts(db: Session, project_id: int, start: datetime, end: datetime) -> Iterator[Finding]:
    """What is written into the audit as an act: villages opened in an emergency, covered fields shown."""
    query = select(Audit.actor_id, Audit.action, Audit.logged_at).where(
        Audit.project_id == project_id,
        Audit.action.in_(ACTS.values()),
        Audit.logged_at >= start,
        Audit.logged_at < end,
    )
    shown: Counter[tuple[int | None, date]] = Counter()
    for actor_id, action, at in db.execute(query):
        if action == ACTS["opened"]:
            yield Finding("opened", actor_id, at, at, 1)
        else:
            shown[actor_id, day_of(at)] += 1
    yield from (whole_day("unmasked", *key, number) for key, number in shown.items() if number >= least("unmasked"))


def refused(db: Session, project_id: int, start: datetime, end: datetime) -> Iterator[Finding]:
    """Accounts of people with a role in the project whose password somebody guessed at."""
    here = select(Assignment.actor_id).where(Assignment.project_id == project_id)
    query = select(Audit.actee_actor_id, Audit.logged_at).where(
        Audit.action == REFUSED, Audit.logged_at >= start, Audit.logged_at < end, Audit.actee_actor_id.in_(here)
    )
    for actor_id, at in db.execute(query):
        yield Finding("refused", actor_id, at - timedelta(minutes=15), at, 1)
