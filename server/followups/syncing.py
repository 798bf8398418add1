"""Perhaps done: a task whose worker's phone has not synchronised since its window opened (domain.md 5.4, point 3).

A phone synchronises when it fetches its forms and lists or sends a record: AppUser.last_used_at, which nothing else
touches. A visit may be on a phone that has not done so since; then nobody is called late, and what escalates is the
missing sync. Critical tasks wait for no phone.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import Session

from server.access.widening import with_parts
from server.clock import SHANGHAI
from server.followups.queries import Reached, is_woman, of_the_team, still_asked, within
from server.followups.recipients import WORKER, Staff, staff_of
from server.models import BENEFIT_CASES, AppUser, FollowUp, Village, VillageScope, Woman


class Carried(NamedTuple):
    """A village worker's phone that works and has synchronised before: who carries it (None: nobody with an account), the
    codes of its villages and their parts (None: the whole town), and when it last did.
    """

    id: int
    person: int | None
    villages: frozenset[str] | None
    synced_at: datetime

    def reaches(self, village_code: str) -> bool:
        return self.villages is None or village_code in self.villages


class Silence(NamedTuple):
    """`phones` are those that a task waits for, all silent since `since`: when the last of them synchronised."""

    since: datetime
    phones: tuple[Carried, ...]


def silent_since(opens_on: date, synced: Iterable[datetime], today: date) -> datetime | None:
    """When the last of these phones synchronised, where none has since the task's window opened; else None.

    The one definition of "perhaps done", with `may_wait`. Without a phone nothing is perhaps done: who has none writes
    on the page, which is at once. One phone of several that has synchronised is enough not to wait for the others.
    """
    last = max(synced, default=None)
    if last is None or opens_on > today or last >= datetime.combine(opens_on, time(), SHANGHAI):
        return None
    return last


def may_wait(row: FollowUp, of_clinicians: Collection[str]) -> bool:
    """Whether a village worker's phone can hold its answer: of tasks, those that are no clinician's and no officer's."""
    return not row.ended and row.subject_list != BENEFIT_CASES and row.rule not in of_clinicians


@dataclass(frozen=True)
class Syncing:
    """The staff and the workers' phones of one town on one day."""

    staff: Staff
    phones: tuple[Carried, ...]

    def phones_for(self, village_code: str, chosen: str | None) -> tuple[Carried, ...]:
        """Those of the worker whom she chose, else those of the village, whoever carries them; and of who stands in."""
        people = self.staff.recipients(village_code, chosen).workers
        theirs = tuple(one for one in self.phones if one.person in people)
        if any(one.role == WORKER and str(one.person) == chosen for one in self.staff.duties):
            return theirs
        return theirs + tuple(one for one in self.phones if one.person is None and one.reaches(village_code))

    def silence_for(self, village_code: str, chosen: str | None, opens_on: date, today: date) -> Silence | None:
        phones = self.phones_for(village_code, chosen)
        since = silent_since(opens_on, (one.synced_at for one in phones), today)
        return Silence(since, phones) if since else None

    def silence_of(self, row: FollowUp, chosen: str | None, today: date) -> Silence | None:
        """None for what waits for no phone."""
        waits = may_wait(row, self.staff.of_clinicians)
        return self.silence_for(row.village_code, chosen, row.opens_on, today) if waits else None


def syncing_of(db: Session, project_id: int, today: date) -> Syncing:
    return Syncing(staff_of(db, project_id, today), phones_of_workers(db, project_id))


def phones_of_workers(db: Session, project_id: int) -> tuple[Carried, ...]:
    """One query. A phone that never synchronised has no forms, so nothing waits on it."""
    found: dict[int, Carried] = {}
    for actor_id, person, synced_at, code in db.execute(_PHONES, {"project": project_id}):
        if synced_at is None:
            continue
        known = found.get(actor_id, Carried(actor_id, person, frozenset(), synced_at)).villages
        villages = None if code is None or known is None else known | {code}
        found[actor_id] = Carried(actor_id, person, villages, synced_at)
    return tuple(found.values())


def _build_phones() -> Select[int, int | None, datetime | None, str]:
    project: BindParameter[int] = bindparam("project")
    own = select(VillageScope.actor_id, VillageScope.village_id).where(VillageScope.project_id == project)
    reached = with_parts(own).subquery()
    return (
        select(AppUser.actor_id, AppUser.person_id, AppUser.last_used_at, Village.code)
        .join(reached, reached.c.actor_id == AppUser.actor_id)
        .outerjoin(Village, Village.id == reached.c.village_id)
        .where(AppUser.project_id == project, AppUser.care_role == "village_worker", AppUser.revoked_at.is_(None))
        .order_by(AppUser.actor_id)
    )


_PHONES: Final = _build_phones()
"""Built once: it is asked of every follow-up that somebody is told of."""


def silences_of(db: Session, project_id: int, rows: Collection[FollowUp], today: date) -> dict[int, Silence]:
    """By the id of a follow-up, those of them that are perhaps done; as many queries for many rows as for one."""
    waiting = [row for row in rows if not row.ended and row.opens_on <= today]
    phones = phones_of_workers(db, project_id) if waiting else ()
    if not any(silent_since(row.opens_on, [one.synced_at], today) for row in waiting for one in phones):
        return {}
    syncing, chosen = Syncing(staff_of(db, project_id, today), phones), chosen_workers(db, project_id, waiting)
    found = {row.id: syncing.silence_of(row, chosen.get(row.subject), today) for row in waiting}
    return {row_id: silence for row_id, silence in found.items() if silence}


def chosen_workers(db: Session, project_id: int, rows: Collection[FollowUp]) -> dict[str, str | None]:
    women = {row.subject for row in rows if row.subject_list == "women"}
    here = Woman.project_id == project_id, Woman.uuid.in_(women)
    return dict(db.execute(select(Woman.uuid, Woman.assigned_worker).where(*here)).all())


def count_perhaps_done(db: Session, project_id: int, village_codes: Reached, today: date) -> dict[str, int]:
    """By village, how many of what waits there is perhaps done; what is critical is never counted so.

    As many queries for a town as for a village: the database counts, by village, chosen worker and first day.
    """
    phones = phones_of_workers(db, project_id)
    if not phones:
        return {}
    by = (FollowUp.village_code, Woman.assigned_worker, FollowUp.opens_on)
    able = (FollowUp.severity != "critical", FollowUp.subject_list != BENEFIT_CASES, of_the_team())
    query = (
        select(*by, func.count())
        .outerjoin(Woman, is_woman())
        .where(within(project_id, village_codes), *still_asked(today), FollowUp.inside.is_(None), *able)
        .group_by(*by)
    )
    syncing, found = Syncing(staff_of(db, project_id, today), phones), dict[str, int]()
    for code, chosen, opens_on, number in db.execute(query):
        if syncing.silence_for(code, chosen, opens_on, today):
            found[code] = found.get(code, 0) + number
    return found
