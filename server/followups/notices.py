"""Words to those who care for her that a follow-up is due, overdue or urgent; and taking them back.

What is written here reaches the inbox. outbox.py delivers it outside of quiet hours, and adds the mail.
"""

import json
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, String, and_, bindparam, cast, exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db import Asked, ask
from server.followups.known_rows import KnownRow
from server.followups.ladder import ladder
from server.followups.queries import is_snoozed, is_woman
from server.followups.recipients import Recipients, recipients_of
from server.followups.syncing import silences_of
from server.followups.town_calendar import calendar_of
from server.followups.wishes import Wishes, wishes_of
from server.followups.working_days import Calendar
from server.models import CriticalWatch, FollowUp, Notification, Project, Woman, table_of
from server.models.facts import AnyProject

LEVELS: Final = ("due", "red", "overdue", "late", "critical")
"""What somebody is told, the weightiest last. `red` is a severity reached before it is overdue, or what a clinician
hears of one that is overdue; `late` is red for three working days, which the town's lead hears (domain.md 5.4, 8)."""

KINDS: Final = {"due": "due", "red": "escalated", "overdue": "overdue", "late": "escalated", "critical": "escalated"}
INBOX, EMAIL = "inbox", "email"
CRITICAL: Final = "critical"
LATE_AFTER: Final = 3  # working days

_KNOWN: Final = (
    select(Notification)
    .where(Notification.follow_up_id.in_(bindparam("follow_ups", expanding=True)))
    .order_by(Notification.id)
)
"""Built once: it is asked at every record by which a follow-up changes."""

_ADD: Final = {
    name: dialect.insert(table_of(Notification)).inline().on_conflict_do_nothing()
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}

log = logging.getLogger("fangshi.followups")


@dataclass(frozen=True)
class Levels:
    """What a worker, a clinician and the town's lead are to know of a follow-up as it stands."""

    worker: str | None = None
    clinician: str | None = None
    lead: str | None = None

    def __bool__(self) -> bool:
        return bool(self.worker or self.clinician or self.lead)


def follow_ups_changed(
    db: Session, project: AnyProject, rows: Sequence[FollowUp], new: Collection[int], now: datetime
) -> None:
    """The same of several, asked for together. Of those that are `new`, by id, nothing was told yet."""
    known: dict[int | None, list[Notification]] = {row.id: [] for row in rows}
    if asked := [row.id for row in rows if row.id not in new]:
        for one in db.scalars(_KNOWN, {"follow_ups": asked}):
            known[one.follow_up_id].append(one)
    for row in rows:
        bring_words_in_line(db, project, row, known[row.id], now)


def follow_up_changed(db: Session, project: AnyProject, row: FollowUp, now: datetime) -> None:
    """Brings the words about one follow-up in line with how it stands; called for each that is new, changed or ended.

    Each person hears of each level once, and only of the weightiest that was reached since. What no longer holds is
    taken back in the same transaction: what waits is never sent, what was sent stays listed, crossed out. Where a
    level is reached anew after that (an answer was rejected), the inbox says it again and no second mail is sent.
    The row must have its id. What is perhaps done is told to the worker alone until her phone synchronises
    (sync_words.py); what is critical waits for no phone.
    """
    follow_ups_changed(db, project, [row], (), now)


def bring_words_in_line(
    db: Session, project: AnyProject, row: FollowUp, known: list[Notification], now: datetime
) -> None:
    """`known` are the words about it that there are."""
    is_red = row.severity == "red" and not row.ended
    levels = _levels(row, is_red and is_late(row, calendar_of(db, project.id)))
    waits_for_sync = is_held_back(db, row, levels)
    if row.waits_for_sync != waits_for_sync:  # what is set anew is written, though it was so before
        row.waits_for_sync = waits_for_sync
    if waits_for_sync:
        levels = Levels(worker=levels.worker)
    if not known and not levels:
        return
    told = _by_person(recipients_of(db, row), levels) if levels else {}
    heard: dict[int | None, str] = dict(told.items())
    if told:
        heard[None] = max(told.values(), key=_weight)  # the town's bot
    _take_back(db, [one for one in known if _weight(level_of(one)) > _weight(heard.get(one.recipient_id))], now)
    if told and _is_in_use(db, project):
        _tell(db, row, told, known, now)
    if CRITICAL in {levels.clinician, *map(level_of, known)}:
        _watch(db, row, levels.clinician == CRITICAL, now)


def _is_in_use(db: Session, project: AnyProject) -> bool:
    row = db.get_one(Project, project.id)
    return not row.archived and row.deleted_at is None


def told_to_others(db: Asked, rows: Iterable[KnownRow]) -> list[int]:
    """The ids of those of these follow-ups that were told to somebody, but not only to the worker whom she has chosen since.

    Who is told that a visit is due or overdue is a worker; a doctor or the lead hears of other levels. The database is asked
    only where there is something that anybody hears of: of what nobody does every word was taken back when it changed.
    """
    heard = [row.id for row in rows if _levels(row, late=False)]
    return list(ask(db, _TOLD_TO_OTHERS, {"follow_ups": heard}).scalars()) if heard else []


def _build_told_to_others() -> Select[int]:
    told = exists().where(
        Notification.follow_up_id == FollowUp.id, Notification.channel == INBOX, Notification.taken_back_at.is_(None)
    )
    to_her_worker = cast(Notification.recipient_id, String) == Woman.assigned_worker
    hers, others = (
        told.where(to_her_worker),
        told.where(~to_her_worker, or_(Notification.kind == "due", Notification.kind == "overdue")),
    )
    return (
        select(FollowUp.id)
        .join(Woman, is_woman())
        .where(FollowUp.id.in_(bindparam("follow_ups", expanding=True)))
        .where(func.coalesce(Woman.assigned_worker, "") != "")
        .where(or_(others, and_(told, ~hers)))
        .order_by(FollowUp.id)
    )


_TOLD_TO_OTHERS: Final = _build_told_to_others()
"""Built once, and without a list of kinds, which would be spelled out anew each time: every record about a woman asks it."""


def _levels(row: KnownRow, late: bool) -> Levels:
    """One that stands inside another is that one's matter, unless it is critical itself. Of one that was put off nobody is
    reminded until it comes back; doctor and lead hear of a critical one all the same."""
    if row.ended or (row.inside and row.severity != "critical"):
        return Levels()
    is_put_off = is_snoozed(row, row.stands_on)
    if row.severity == "critical":
        return Levels(None if is_put_off else "critical", "critical", "critical")
    if is_put_off:
        return Levels()
    red = "red" if row.severity == "red" else None
    worker = "overdue" if row.state == "overdue" else red or ("due" if row.state == "due" else None)
    return Levels(worker, red, "late" if red and late else None)


def is_held_back(db: Session, row: FollowUp, levels: Levels) -> bool:
    """Whether a phone is to synchronise before more people hear that it is red, or that it is overdue."""
    if levels.worker not in ("red", "overdue") or levels.clinician == "critical":
        return False
    return bool(silences_of(db, row.project_id, [row], row.stands_on))


def is_late(row: FollowUp, calendar: Calendar) -> bool:
    """Whether it has been red for three working days."""
    return row.stands_on >= calendar.add_working_days(red_since(row), LATE_AFTER)


def red_since(row: FollowUp) -> date:
    """The first day that its sums give for the level red, else the first day it is overdue."""
    for step in json.loads(row.why_json):
        if isinstance(step, dict) and step.get("what") == "severity.red":
            return date.fromisoformat(step["gives"])
    return row.overdue_from


def _by_person(people: Recipients, levels: Levels) -> dict[int, str]:
    """The weightiest level that a person's roles give."""
    found: dict[int, str] = {}
    roles = ((people.workers, levels.worker), (people.clinicians, levels.clinician), (people.leads, levels.lead))
    for persons, level in roles:
        for person in persons if level else ():
            found[person] = max(found.get(person, ""), level or "", key=_weight)
    return found


def _weight(level: str | None) -> int:
    return LEVELS.index(level) if level in LEVELS else -1


def level_of(notice: Notification) -> str:
    return notice.occasion.rpartition(":")[2]


def _watch(db: Session, row: FollowUp, is_critical: bool, now: datetime) -> None:
    """One that is critical is said again (acknowledging.py); one that is no longer is not, and would need a person anew."""
    watch, again_at = db.get(CriticalWatch, row.id), ladder().next_after(Wishes().earliest(now))
    if not is_critical and watch is not None:
        watch.next_at = watch.taken_by_id = watch.taken_at = None
    elif is_critical and watch is None:
        db.add(CriticalWatch(follow_up_id=row.id, project_id=row.project_id, began_at=now, next_at=again_at, repeats=0))
    elif is_critical and watch is not None and watch.next_at is None and watch.taken_at is None:
        watch.began_at, watch.next_at = now, again_at
    db.flush()


def _take_back(db: Session, notices: Iterable[Notification], now: datetime) -> None:
    for notice in notices:
        if notice.taken_back_at is None:
            notice.state, notice.taken_back_at = "taken_back", now
            log.info("word %d about follow-up %d is taken back", notice.id, notice.follow_up_id)
    db.flush()


def _tell(db: Session, row: FollowUp, told: dict[int, str], known: list[Notification], now: datetime) -> None:
    wishes = wishes_of(db, told)
    before = {(one.recipient_id, one.occasion): one for one in known if one.channel == INBOX}
    for person, level in told.items():
        occasion, earliest = f"{row.key}:{level}", wishes[person].earliest(now)
        notice = before.get((person, occasion))
        if notice is None:
            add_once(db, Word(row.project_id, occasion, person, INBOX, KINDS[level], row.id), earliest, now)
        elif notice.taken_back_at is not None:
            notice.state, notice.taken_back_at, notice.read_at, notice.not_before = "waiting", None, None, earliest
    db.flush()


@dataclass(frozen=True)
class Word:
    """What is told to whom, by which channel."""

    project_id: int
    occasion: str
    recipient_id: int | None  # None: the town's bot
    channel: str
    kind: str
    follow_up_id: int | None


def add_once(db: Session, word: Word, not_before: datetime, now: datetime) -> bool:
    """Adds a waiting notification unless there is one of that occasion; whether it was added."""
    values = {**asdict(word), "state": "waiting", "not_before": not_before, "tries": 0, "created_at": now}
    return bool(ask(db, _ADD[db.get_bind().dialect.name], values).rowcount)
