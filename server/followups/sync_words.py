"""Words about a phone that has not synchronised, instead of words about visits that may be on it (syncing.py).

First to who carries it; after two working days, if nothing came, to the town's leads: each once a silence, taken back when
the phone synchronises or nothing waits for it any more. Then the ladder of what was not done goes on from where it stands.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from server import clock
from server.access.widening import with_parts
from server.clock import SHANGHAI
from server.followups.notices import INBOX, Word, add_once, follow_up_changed
from server.followups.plain_notices import SYNC_LEAD, SYNC_WORKER
from server.followups.queries import is_woman
from server.followups.syncing import Carried, Syncing, syncing_of
from server.followups.town_calendar import calendar_of
from server.followups.wishes import wishes_of
from server.models import FollowUp, Notification, Project, Village, VillageScope, Woman

KINDS: Final = (SYNC_WORKER, SYNC_LEAD)
LEAD_AFTER: Final = 2  # working days
STILL_SENDING: Final = timedelta(minutes=10)
"""A phone that has just fetched its lists may still be sending: nobody is called late in these minutes."""

log = logging.getLogger("fangshi.followups")

Told = tuple[str, int]
"""An occasion and who is told of it."""


@dataclass(frozen=True)
class Wanted:
    """One word that is to stand: its kind, and from when on it may be told."""

    kind: str
    not_before: datetime


def settle_syncs(db: Session, now: datetime) -> int:
    """Brings the words about silent phones in line with what waits for them; how many were added or taken back.

    Only rows that wait are looked at, so it costs little however large the town is.
    """
    return sum(settle_town(db, db.get_one(Project, one), now) for one in sorted(towns(db)))


def towns(db: Session) -> set[int]:
    """Those in which something waits, or a word stands."""
    waiting = select(FollowUp.project_id).where(FollowUp.waits_for_sync).distinct()
    return {*db.scalars(waiting), *db.scalars(select(Notification.project_id).where(*standing()).distinct())}


def standing() -> tuple[ColumnElement[bool], ...]:
    """Words about silent phones that were not taken back."""
    return Notification.kind.in_(KINDS), Notification.taken_back_at.is_(None)


def settle_town(db: Session, project: Project, now: datetime) -> int:
    syncing = syncing_of(db, project.id, clock.today(now))
    phones = go_on(db, project, syncing, now)
    running = not project.archived and project.deleted_at is None
    return bring_in_line(db, project.id, words_about(db, project.id, syncing, phones, now) if running else {}, now)


def go_on(db: Session, project: Project, syncing: Syncing, now: datetime) -> set[Carried]:
    """The phones that something still waits for. What waits no longer goes on where it stands, for others to hear."""
    today, silent = clock.today(now), set[Carried]()
    for row, chosen in db.execute(waiting_in(project.id)).all():
        silence = None if row.severity == "critical" else syncing.silence_of(row, chosen, today)
        if silence:
            silent.update(silence.phones)
        else:
            row.stands_on = today
            follow_up_changed(db, project, row, now + STILL_SENDING)
    return silent


def waiting_in(project_id: int) -> Select[FollowUp, str | None]:
    """With the worker whom she chose."""
    return (
        select(FollowUp, Woman.assigned_worker)
        .outerjoin(Woman, is_woman())
        .where(FollowUp.waits_for_sync, FollowUp.project_id == project_id)
        .order_by(FollowUp.id)
    )


def occasion_of(phone: Carried, kind: str) -> str:
    """One silence of one phone."""
    return f"sync:{phone.id}:{phone.synced_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}:{kind}"


def words_about(
    db: Session, project_id: int, syncing: Syncing, phones: Collection[Carried], now: datetime
) -> dict[Told, Wanted]:
    leads = syncing.staff.recipients("", None).leads
    hears_on = calendar_of(db, project_id).add_working_days(clock.today(now), LEAD_AFTER)
    later = datetime.combine(hears_on, time(), SHANGHAI).astimezone(UTC)
    wishes = wishes_of(db, leads | {one.person for one in phones if one.person})
    found: dict[Told, Wanted] = {}
    for phone in phones:
        if phone.person is not None:
            told = (occasion_of(phone, SYNC_WORKER), phone.person)
            found[told] = Wanted(SYNC_WORKER, wishes[phone.person].earliest(now))
        for lead in leads - {phone.person}:
            found[occasion_of(phone, SYNC_LEAD), lead] = Wanted(SYNC_LEAD, wishes[lead].earliest(later))
    return found


def bring_in_line(db: Session, project_id: int, wanted: dict[Told, Wanted], now: datetime) -> int:
    known = list(db.scalars(known_of(project_id, {occasion for occasion, _ in wanted})))
    changed = sum(_take_back(one, now) for one in known if (one.occasion, one.recipient_id) not in wanted)
    before = {(one.occasion, one.recipient_id): one for one in known if one.channel == INBOX}
    for told, word in wanted.items():
        notice = before.get(told)
        if notice is None:
            changed += add_once(db, Word(project_id, *told, INBOX, word.kind, None), word.not_before, now)
        elif notice.taken_back_at is not None:  # something else of the same silence
            notice.state, notice.taken_back_at, notice.read_at = "waiting", None, None
            notice.not_before = word.not_before
            changed += 1
    db.flush()
    return changed


def known_of(project_id: int, occasions: Collection[str]) -> Select[Notification]:
    """What stands, and what was told of these silences before; not the words of all years."""
    of_now = and_(Notification.kind.in_(KINDS), Notification.occasion.in_(occasions))
    return select(Notification).where(Notification.project_id == project_id, or_(and_(*standing()), of_now))


def _take_back(notice: Notification, now: datetime) -> bool:
    if notice.taken_back_at is not None:
        return False
    notice.state, notice.taken_back_at = "taken_back", now
    log.info("word %d about a silent phone is taken back", notice.id)
    return True


class Silent(NamedTuple):
    """A silence of a phone of which somebody was told; `until` is None while it lasts."""

    since: datetime
    until: datetime | None


def silences_told(db: Session, project_id: int, phone_id: int) -> list[Silent]:
    """Those that its carrier or a lead was told of, each from the phone's last sync on; several words may tell of one."""
    begins = f"sync:{phone_id}:"
    here = Notification.project_id == project_id, Notification.kind.in_(KINDS), Notification.sent_at.is_not(None)
    told = select(Notification.occasion, Notification.taken_back_at)
    found = set[Silent]()
    for occasion, until in db.execute(told.where(*here, Notification.occasion.startswith(begins, autoescape=True))):
        since = occasion.removeprefix(begins).rpartition(":")[0]
        found.add(Silent(datetime.fromisoformat(since).replace(tzinfo=UTC), until))
    return sorted(found, key=lambda one: one.since)


class Meant(NamedTuple):
    """Which phone a word is about: since when it is silent, and the names of its villages (none: the whole town)."""

    since: datetime
    villages: tuple[str, ...]


def what_is_meant(db: Session, occasions: Collection[str]) -> dict[str, Meant]:
    """By occasion, of those that are words to a lead; one query for all of them."""
    read = {one: found for one in occasions if (found := read_occasion(one))}
    if not read:
        return {}
    own = select(VillageScope.actor_id, VillageScope.village_id).where(
        VillageScope.actor_id.in_({phone for phone, _ in read.values()})
    )
    reached = with_parts(own).subquery()
    names: dict[int, list[str]] = {}
    rows = select(reached.c.actor_id, Village.name).join(Village, Village.id == reached.c.village_id)
    for phone, name in db.execute(rows.order_by(Village.code)):
        names.setdefault(phone, []).append(name)
    return {one: Meant(since, tuple(names.get(phone, ()))) for one, (phone, since) in read.items()}


def read_occasion(occasion: str) -> tuple[int, datetime] | None:
    """The phone and since when it is silent; None for an occasion of something else."""
    if not (occasion.startswith("sync:") and occasion.endswith(f":{SYNC_LEAD}")):
        return None
    _, phone, since = occasion.removesuffix(f":{SYNC_LEAD}").split(":", 2)
    return int(phone), datetime.fromisoformat(since).replace(tzinfo=UTC)
