"""Lists of follow-ups as the pages show them: by home, the most urgent home first, a page at a time.

`village_codes`, `today` and the state of a row are those of server/followups/queries.py.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeVar, cast

from sqlalchemy import ColumnElement, LargeBinary, and_, case, func, or_, select, true, type_coerce
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.access.restricted import in_use
from server.access.widening import with_parts
from server.db import ask
from server.followups.given_away import is_asked_now, is_put_off
from server.followups.notice_words import NOT_AT_HOME
from server.followups.queries import (
    Counts,
    Reached,
    case_labels,
    codes_within,
    counting,
    counts_of,
    is_late,
    is_woman,
    label_of,
    of_hers,
    still_asked,
    still_to_do,
    within,
)
from server.models import Actor, AppUser, FollowUp, Household, Village, VillageScope, Woman
from server.models.sealed import SealedText
from server.places.successors import codes_merged_into

Key = TypeVar("Key")

STATES: Final = ("overdue", "due", "open")
"""What a list may be cut by, the most urgent first."""


@dataclass(frozen=True)
class Wanted:
    """A filter: empty means any. `state` is one of STATES. `later`: no is what waits now, only what was put off."""

    state: str = ""
    village: str = ""
    later: str = ""


class Visit(NamedTuple):
    """One line: the follow-up, the masked label of whom it is about, and her home where she agreed to that.

    `first` is the place in STATES of the most urgent line of the same home; `woman` is her uuid, None for a household.
    """

    row: FollowUp
    label: str
    home: Household | None
    first: int
    woman: str | None


class Line(NamedTuple):
    """A follow-up's place in the lists: `here` and `first` are the places in STATES of the most urgent line of its hamlet and
    of its home, `door` the code at that door, sealed, `place` the home, `rank` its own place in STATES.
    """

    here: int
    first: int
    village: str
    hamlet: str
    door: bytes | None
    place: str
    rank: int
    due_on: date
    id: int


class Phone(NamedTuple):
    """A worker's phone that works: whose it is, which villages and parts of them it serves (None: the whole town), when it
    last spoke.
    """

    id: int
    name: str
    villages: frozenset[str] | None
    last_used_at: datetime | None


def codes_of(db: Session, scope: Scope) -> frozenset[str] | None:
    """The village codes that a scope reaches, as a set to cut others with; None is the whole town."""
    codes = codes_within(db, scope)
    return None if codes is None else frozenset(codes)


def list_visits(
    db: Session,
    project_id: int,
    village_codes: Reached,
    wanted: Wanted,
    today: date,
    offset: int,
    limit: int,
) -> list[Visit]:
    """What may be done that day. Lines of one home stand together, where its most urgent one belongs."""
    lines = read_doors(db, project_id, village_codes, wanted, today)
    groups = grouped(lines, lambda one: (one.first, one.village, one.hamlet))
    shown, before, _total = groups_of_page([groups[key] for key in sorted(groups)], len, offset, limit)
    rows = [line for group in shown for line in in_order_of_doors(db, group)][offset - before :][:limit]
    return read_visits(db, project_id, [(line.id, line.first) for line in rows])


def grouped(lines: Iterable[Line], key: Callable[[Line], Key]) -> dict[Key, list[Line]]:
    found: dict[Key, list[Line]] = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)
    return found


def groups_of_page(
    groups: Iterable[list[Line]], size: Callable[[list[Line]], int], offset: int, limit: int
) -> tuple[list[list[Line]], int, int]:
    """Of groups in the list's order those that a page has something of, how much stands before them, and how much there is:
    what is on other pages need not be ordered by doors, whose codes are sealed.
    """
    shown: list[list[Line]] = []
    before = total = 0
    for group in groups:
        began, total = total, total + size(group)
        if total > offset and began < offset + limit:
            before = before if shown else began
            shown.append(group)
    return shown, before if shown else offset, total


def in_order_of_doors(db: Session, group: Iterable[Line]) -> list[Line]:
    """The lines of one hamlet that are as urgent as each other."""
    dialect, sealed = db.get_bind().dialect, cast(SealedText, Household.door_code.type)
    doors = {line.place: sealed.process_result_value(line.door, dialect) or "" for line in group}
    return sorted(group, key=lambda one: (doors[one.place], *one[5:]))


def read_visits(db: Session, project_id: int, firsts: Sequence[tuple[int, int]]) -> list[Visit]:
    """The lines of these rows, each (id, place in STATES of its home), in the same order."""
    rows = db.execute(
        select(FollowUp, Woman.label, Household, Woman.uuid)
        .outerjoin(Woman, is_woman())
        .outerjoin(Household, is_her_home())
        .where(FollowUp.id.in_([row_id for row_id, _ in firsts]))
    )
    found = {row.id: (row, label, home, woman) for row, label, home, woman in rows}
    return name_cases(db, project_id, [visit_of(*found[row_id], first) for row_id, first in firsts if row_id in found])


def name_cases(db: Session, project_id: int, visits: list[Visit]) -> list[Visit]:
    """The same with the labels of benefit cases."""
    cases = case_labels(db, project_id, [one.row for one in visits])
    return [one._replace(label=cases.get(one.row.subject, one.label)) for one in visits] if cases else visits


def visit_of(row: FollowUp, label: str | None, home: Household | None, woman: str | None, first: int) -> Visit:
    return Visit(row, label_of(label, home.label if home else None), home, first, woman)


def read_doors(db: Session, project_id: int, village_codes: Reached, wanted: Wanted, today: date) -> Sequence[Line]:
    """In no order: the database cannot read a door code."""
    # A home that she does not wish to be known by is no home to group by: then she stands alone.
    place = func.coalesce(Household.uuid, FollowUp.subject)
    village = func.coalesce(Household.village_code, FollowUp.village_code)
    hamlet = func.coalesce(Household.hamlet, "")
    door = type_coerce(Household.door_code, LargeBinary)
    query = (
        select(village, hamlet, door, place, rank_at(today), FollowUp.due_on, FollowUp.id)
        .outerjoin(Woman, is_woman())
        .outerjoin(Household, is_her_home())
        .where(*wished(project_id, village_codes, wanted, today))
    )
    rows = ask(db, query, {}).all()
    hamlets: dict[tuple[str, str], int] = {}
    homes: dict[str, int] = {}
    for row in rows:  # faster than the database's windows, which sort all lines twice
        where, home, rank = (row[0], row[1]), row[3], row[4]
        hamlets[where] = min(rank, hamlets.get(where, rank))
        homes[home] = min(rank, homes.get(home, rank))
    return [Line(hamlets[row[0], row[1]], homes[row[3]], *row) for row in rows]


def rank_at(today: date) -> ColumnElement[int]:
    """The place in STATES of a follow-up that is still asked for."""
    return case((is_late(today), 0), (FollowUp.due_on <= today, 1), else_=2)


def is_her_home() -> ColumnElement[bool]:
    """The household that is visited, or the one that she agreed to be found at; none where nobody is to go to her home."""
    home = case((FollowUp.subject_list == "households", FollowUp.subject), else_=Woman.household_uuid)
    to_her = FollowUp.rule.not_in(NOT_AT_HOME)
    return and_(Household.project_id == FollowUp.project_id, Household.uuid == home, to_her)


def wished(project_id: int, village_codes: Reached, wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    """What stands inside another contact of the same pregnancy is left out, as on the phones."""
    state = rank_at(today) == STATES.index(wanted.state) if wanted.state in STATES else true()
    village = lies_in(project_id, wanted.village) if wanted.village else true()
    later = {"no": is_asked_now(today), "only": is_put_off(today)}.get(wanted.later, true())
    here = within(project_id, village_codes), of_hers(project_id, village_codes, today)
    return [*here, *still_asked(today), FollowUp.inside.is_(None), state, village, later]


def lies_in(project_id: int, village: str) -> ColumnElement[bool]:
    """Follow-ups of a village and of those that were merged into it."""
    return or_(FollowUp.village_code == village, FollowUp.village_code.in_(codes_merged_into(project_id, village)))


def count_visits(
    db: Session, project_id: int, village_codes: Reached, today: date, village: str = "", later: str = ""
) -> Counts:
    """How many lines `list_visits` has, by state."""
    where = wished(project_id, village_codes, Wanted(village=village, later=later), today)
    query = counting(FollowUp.project_id, today).where(*where).group_by(FollowUp.project_id)
    return counts_of(db, query).get(project_id, Counts())


def next_day(db: Session, project_id: int, village_codes: Reached, today: date) -> date | None:
    """The first day after today on which another window opens; None when nothing is planned."""
    later = (*still_to_do(today), FollowUp.inside.is_(None), FollowUp.opens_on > today)
    return db.scalar(select(func.min(FollowUp.opens_on)).where(within(project_id, village_codes), *later))


def people_by_village(db: Session, project_id: int) -> dict[str, int]:
    """How many women and homes a village's numbers are about: what decides whether they may be told at all.

    Women who agreed to be counted alone, and whose data are in use.
    """
    found: dict[str, int] = {}
    for model, *counted in ((Woman, Woman.consent_service, Woman.consent_stats, in_use()), (Household,)):
        here = (model.project_id == project_id, *counted)
        rows: Any = db.execute(select(model.village_code, func.count()).where(*here).group_by(model.village_code))
        for code, number in rows:
            found[code] = found.get(code, 0) + number
    return found


def list_phones(db: Session, project_id: int) -> list[Phone]:
    """The village workers' phones of a project, by name; one that reaches no village is left out."""
    own = select(VillageScope.actor_id, VillageScope.village_id).where(VillageScope.project_id == project_id)
    reached = with_parts(own).subquery()
    rows = db.execute(
        select(Actor.id, Actor.display_name, AppUser.last_used_at, Village.code)
        .join(AppUser, AppUser.actor_id == Actor.id)
        .join(reached, reached.c.actor_id == Actor.id)
        .outerjoin(Village, Village.id == reached.c.village_id)
        .where(AppUser.project_id == project_id, AppUser.care_role == "village_worker", AppUser.revoked_at.is_(None))
        .order_by(Actor.display_name, Actor.id)
    )
    phones: dict[int, Phone] = {}
    for actor_id, name, last, code in rows:
        known = phones.get(actor_id, Phone(actor_id, name, frozenset(), last)).villages
        villages = None if code is None or known is None else known | {code}
        phones[actor_id] = Phone(actor_id, name, villages, last)
    return list(phones.values())
