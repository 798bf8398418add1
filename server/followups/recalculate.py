"""Bringing the rows of follow-ups in line with the facts: only what differs is written, nothing is ever deleted.

Two that work on one subject at once wait for each other: SQLite has one writer, PostgreSQL a lock per subject.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.changes import FOLLOW_UP, note_changes
from server.db import connection_of
from server.followups.due import Due
from server.followups.explaining import write_steps
from server.followups.facts import Facts
from server.followups.gathering import facts_of_many
from server.followups.judging import judge
from server.followups.known_rows import Known, KnownRow, load_rows, rows_of
from server.followups.notices import follow_ups_changed, told_to_others
from server.followups.rules import NOTHING
from server.followups.standing import escalates_on
from server.followups.town_calendar import rules_and_calendar_of
from server.followups.town_rules import TownRules
from server.followups.working_days import Calendar
from server.models import FollowUp, Project
from server.models.facts import AnyProject

SUPERSEDED: Final = "superseded"
REASON_GONE: Final = "reason_gone"
"""The cause where the record that asked for it was corrected, taken out, or no longer says so."""
SUBJECT_GONE: Final = "subject_gone"
"""The cause where the registry does not know her any more."""
NO_CONSENT: Final = "no_consent"
SWITCHED_OFF: Final = "switched_off"
"""The cause where the town switched the rule off."""
ONLY_OPEN: Final = (NO_CONSENT, SWITCHED_OFF)
"""Causes that end what is still to be done; what was answered before was done."""

Subject = tuple[str, str]
"""The list (women, households) and the uuid."""


@dataclass(frozen=True)
class Round:
    """One recalculation: whose project, the Shanghai date that follow-ups are to stand on, the instant it is made, and the
    town's calendar and rules."""

    project: AnyProject
    today: date
    now: datetime
    calendar: Calendar
    town: TownRules

    @cached_property
    def begins(self) -> frozenset[date]:
        """The days ahead on which a version of a rule takes effect."""
        return frozenset(rule.effective_from for rule in self.town.every if rule.effective_from > self.today)


def recalculate(db: Session, project: Project, subject_list: str, subject: str, today: date, now: datetime) -> None:
    """Brings the follow-ups of one subject in line, in the caller's transaction; tells notices.py of what changed.

    Running it again changes nothing, and the order in which records came in does not matter. `today` is the date in
    Asia/Shanghai, `now` the instant that new rows are stamped with.
    """
    recalculate_many(db, project, [(subject_list, subject)], today, now)


def recalculate_many(db: Session, project: AnyProject, subjects: Iterable[Subject], today: date, now: datetime) -> None:
    """The same for several subjects, asked of the database together. They are locked in one order, so none wait in a ring."""
    wanted = sorted(set(subjects))
    for one in wanted:
        lock_subject(db, project.id, one, wait=True)
    here = connection_of(db)
    rules, calendar = rules_and_calendar_of(here, project.id)
    round_ = Round(project, today, now, calendar, rules)
    for subject_list, group in groupby(wanted, key=lambda one: one[0]):
        uuids = [uuid for _, uuid in group]
        rows = rows_of(here, project.id, subject_list, uuids)
        keys = {uuid: {row.visit_key: key for key, row in hers.items()} for uuid, hers in rows.items()}
        facts = facts_of_many(here, project, subject_list, uuids, keys=keys)
        changed = {
            row.key: row for uuid in uuids for row in bring_in_line(db, round_, facts.get(uuid), rows.get(uuid, {}))
        }
        if subject_list == "women":
            standing = [changed.get(key, row) for hers in rows.values() for key, row in hers.items()]
            others = load_rows(db, told_to_others(here, standing))
            for row in others:
                row.stands_on = today
            follow_ups_changed(db, project, others, (), now)


def lock_subject(db: Session, project_id: int, subject: Subject, wait: bool) -> bool:
    """On PostgreSQL nobody else works on this subject until the transaction ends; SQLite has one writer anyway.

    Whether it was taken: always, when it waits.
    """
    if db.get_bind().dialect.name != "postgresql":
        return True
    name = f"follow-ups {project_id} {subject[0]} {subject[1]}"
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    if not wait:
        return bool(db.scalar(select(func.pg_try_advisory_xact_lock(number))))
    db.execute(select(func.pg_advisory_xact_lock(number)))
    return True


def bring_in_line(db: Session, round_: Round, facts: Facts | None, rows: Known) -> list[FollowUp]:
    """One subject: what is new is added, what moved is moved, what is no longer asked for is superseded with its cause.

    What changed comes back, by id; of the others nothing is written.
    """
    judged = judge(facts, round_.town, rows, round_.today, round_.calendar) if facts else NOTHING
    stopped = {one.key: one.cause for one in judged.stopped}
    wanted = {due.key: Wanted(values_of(due, round_.calendar), next_look(due, facts, round_)) for due in judged.dues}
    causes = {key: stopped.get(key) or cause_of(row, facts, round_) for key, row in rows.items() if key not in wanted}
    differing = [
        row.id
        for key, row in rows.items()
        if (wanted[key].differs(row, round_.today) if key in wanted else not is_superseded(row, causes[key]))
    ]
    news = [add_row(db, round_, key, wanted[key]) for key in wanted if key not in rows]
    made = tuple(news)
    for row in load_rows(db, differing):
        is_asked = row.key in wanted
        if place(row, wanted[row.key], round_) if is_asked else supersede(row, causes[row.key], round_):
            news.append(row)
    db.flush()
    news.sort(key=attrgetter("id"))
    note_changes(db, round_.project.id, FOLLOW_UP, [row.id for row in news], round_.now)
    follow_ups_changed(db, round_.project, news, {row.id for row in made}, round_.now)
    return news


def cause_of(row: KnownRow, facts: Facts | None, round_: Round) -> str:
    """Why a row is not asked for that no stop ended."""
    if facts is None:
        return SUBJECT_GONE
    return SWITCHED_OFF if round_.town.is_off(row.rule, round_.today) else REASON_GONE


@dataclass(frozen=True)
class Wanted:
    """What a row is to say, and the next day on which that changes by itself."""

    values: Mapping[str, Any]
    look_on: date | None

    def differs(self, row: KnownRow, today: date) -> bool:
        """Whether there is anything to write: of most of hers there is not, at every record about her."""
        return row.look_on != self.look_on or self.is_news(row, today)

    def is_news(self, row: KnownRow, today: date) -> bool:
        """Whether it says something new, or its day to look has come."""
        return (row.look_on is not None and row.look_on <= today) or self.says_more(row)

    def says_more(self, row: KnownRow) -> bool:
        return _reading(tuple(self.values))(row) != tuple(self.values.values())


@cache
def _reading(names: tuple[str, ...]) -> Callable[[KnownRow], tuple[Any, ...]]:
    """Reads these columns of a row at once: every row is compared at each record about her."""
    return attrgetter(*names)


def add_row(db: Session, round_: Round, key: str, wanted: Wanted) -> FollowUp:
    made = {"visit_key": str(uuid4()), "made_at": round_.now, "changed_at": round_.now, "stands_on": round_.today}
    row = FollowUp(project_id=round_.project.id, key=key, look_on=wanted.look_on, **made, **wanted.values)
    db.add(row)
    return row


def place(row: FollowUp, wanted: Wanted, round_: Round) -> bool:
    """Writes one follow-up as it stands; whether that is news."""
    is_news = wanted.is_news(row, round_.today)
    if wanted.says_more(row):
        row.changed_at = round_.now
        for name, value in wanted.values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
    if is_news and row.stands_on != round_.today:
        row.stands_on = round_.today
    if row.look_on != wanted.look_on:
        row.look_on = wanted.look_on
    return is_news


def values_of(due: Due, calendar: Calendar) -> dict[str, Any]:
    """What a row says of a follow-up, apart from its ids and stamps."""
    return {
        "rule": due.rule,
        "rule_version": due.rule_version,
        "rule_hash": due.rule_hash,
        "subject_list": due.subject_list,
        "subject": due.subject,
        "episode": due.episode,
        "anchor_event": due.anchor_event,
        "occurrence": due.occurrence,
        "village_code": due.village_code,
        "form_id": due.form_id,
        "opens_on": due.opens_on,
        "due_on": due.due_on,
        "closes_on": due.closes_on,
        "overdue_from": due.overdue_from,
        "latest_on": due.latest_on,
        "proposed_on": due.proposed_on,
        "state": due.state,
        "ended": not due.is_task,
        "severity": due.severity,
        "answered_on": due.answered_on,
        "answered_by": due.answered_by,
        "inside": due.inside,
        "merged_into": due.merged_into,
        "cause": None,
        "why_json": write_steps(due.why),
        "escalates_on": escalates_on(due.why, calendar) if due.is_task else None,
        "snoozed_until": due.snoozed_until,
        "given_to_id": due.given_to,
        "given_until": due.given_until,
    }


def is_superseded(row: KnownRow, cause: str) -> bool:
    """Whether there is nothing left to write of a row that is no longer asked for."""
    return row.state == SUPERSEDED and row.cause == cause and row.look_on is None


def supersede(row: FollowUp, cause: str, round_: Round) -> bool:
    """Ends a row that is no longer asked for; whether that is news.

    What was answered before her consent ended was done: only what was still to be done ends by it. So with a rule that is
    switched off.
    """
    ended_before = row.ended and row.state != SUPERSEDED
    is_news = not (ended_before and cause in ONLY_OPEN) and (row.state, row.cause) != (SUPERSEDED, cause)
    if is_news:
        row.state, row.ended, row.severity, row.cause, row.inside = SUPERSEDED, True, "info", cause, None
        row.escalates_on = row.snoozed_until = row.given_to_id = row.given_until = None
        row.changed_at, row.stands_on = round_.now, round_.today
    if cause == SUBJECT_GONE:  # perhaps at her own wish: that a visit was asked for stays, what it was about does not
        row.episode, row.anchor_event, row.answered_by, row.why_json = None, "", None, "[]"
    row.look_on = None
    return is_news


def next_look(due: Due, facts: Facts | None, round_: Round) -> date | None:
    """The next day on which this follow-up changes by itself: by its own days, the end of her consent, a rule that
    begins, or because it has been red long enough for more people to hear of it."""
    if not due.is_task:
        return None
    return min((day for day in days_ahead(due, facts, round_) if day > round_.today), default=None)


def days_ahead(due: Due, facts: Facts | None, round_: Round) -> Iterator[date]:
    if due.changes_on:
        yield due.changes_on
    if facts and facts.consent.until and facts.consent.until < date.max:
        yield facts.consent.until + timedelta(days=1)
    yield from round_.begins
    if on := escalates_on(due.why, round_.calendar):
        yield on
