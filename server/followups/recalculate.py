"""Bringing the rows of follow-ups in line with the facts: only what differs is written, nothing is ever deleted.

Two that work on one subject at once wait for each other: SQLite has one writer, PostgreSQL a lock per subject.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from server.followups.due import Due
from server.followups.explaining import write_steps
from server.followups.facts import Facts
from server.followups.gathering import facts_of_many
from server.followups.judging import judge
from server.followups.notices import follow_up_changed, told_to_others
from server.followups.rules import NOTHING
from server.followups.standing import escalates_on
from server.followups.town_calendar import rules_and_calendar_of
from server.followups.town_rules import TownRules
from server.followups.working_days import Calendar
from server.models import FollowUp, Project

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

_ROWS: Final = (
    select(FollowUp)
    .where(
        FollowUp.project_id == bindparam("project"),
        FollowUp.subject_list == bindparam("subject_list"),
        FollowUp.subject.in_(bindparam("subjects", expanding=True)),
    )
    .order_by(FollowUp.id)
)
"""Built once: it is asked at every record."""

Subject = tuple[str, str]
"""The list (women, households) and the uuid."""


@dataclass(frozen=True)
class Round:
    """One recalculation: whose project, the Shanghai date that follow-ups are to stand on, the instant it is made, and the
    town's calendar and rules."""

    project: Project
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


def recalculate_many(db: Session, project: Project, subjects: Iterable[Subject], today: date, now: datetime) -> None:
    """The same for several subjects, asked of the database together. They are locked in one order, so none wait in a ring."""
    wanted = sorted(set(subjects))
    for one in wanted:
        lock_subject(db, project.id, one, wait=True)
    rules, calendar = rules_and_calendar_of(db, project.id)
    round_ = Round(project, today, now, calendar, rules)
    for subject_list, group in groupby(wanted, key=lambda one: one[0]):
        uuids = [uuid for _, uuid in group]
        rows = rows_of(db, project.id, subject_list, uuids)
        keys = {uuid: {row.visit_key: key for key, row in hers.items()} for uuid, hers in rows.items()}
        facts = facts_of_many(db, project, subject_list, uuids, keys=keys)
        for uuid in uuids:
            bring_in_line(db, round_, facts.get(uuid), rows.get(uuid, {}))
        if subject_list == "women":
            for row in told_to_others(db, [row for hers in rows.values() for row in hers.values()]):
                row.stands_on = today
                follow_up_changed(db, project, row, now)


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


def rows_of(
    db: Session, project_id: int, subject_list: str, subjects: Collection[str]
) -> dict[str, dict[str, FollowUp]]:
    """The rows by subject and key, as they are in the database now: they may have changed while we waited."""
    found: dict[str, dict[str, FollowUp]] = {}
    rows = db.scalars(
        _ROWS,
        {"project": project_id, "subject_list": subject_list, "subjects": list(subjects)},
        execution_options={"populate_existing": True},
    )
    for row in rows:
        found.setdefault(row.subject, {})[row.key] = row
    return found


def bring_in_line(db: Session, round_: Round, facts: Facts | None, rows: Mapping[str, FollowUp]) -> None:
    """One subject: what is new is added, what moved is moved, what is no longer asked for is superseded with its cause."""
    judged = judge(facts, round_.town, rows, round_.today, round_.calendar) if facts else NOTHING
    causes = {one.key: one.cause for one in judged.stopped}
    news = []
    for due in judged.dues:
        row = rows.get(due.key) or add_row(db, round_, due)
        if place(row, due, round_, next_look(due, facts, round_)):
            news.append(row)
    for key in rows.keys() - {due.key for due in judged.dues}:
        if supersede(rows[key], causes.get(key) or cause_of(rows[key], facts, round_), round_):
            news.append(rows[key])
    db.flush()
    for row in sorted(news, key=lambda one: one.id):
        follow_up_changed(db, round_.project, row, round_.now)


def cause_of(row: FollowUp, facts: Facts | None, round_: Round) -> str:
    """Why a row is not asked for that no stop ended."""
    if facts is None:
        return SUBJECT_GONE
    return SWITCHED_OFF if round_.town.is_off(row.rule, round_.today) else REASON_GONE


def add_row(db: Session, round_: Round, due: Due) -> FollowUp:
    """A row that has never been placed; its `look_on` of today makes it news."""
    made = {"visit_key": str(uuid4()), "made_at": round_.now, "changed_at": round_.now, "look_on": round_.today}
    row = FollowUp(project_id=round_.project.id, key=due.key, **made, **values_of(due, round_.calendar))
    db.add(row)
    return row


def place(row: FollowUp, due: Due, round_: Round, look_on: date | None) -> bool:
    """Writes one follow-up as it stands; whether it says something new, or its day to look has come.

    One that says nothing new is not written: most of hers, at every record about her.
    """
    values = values_of(due, round_.calendar)
    changed = _reading(tuple(values))(row) != tuple(values.values())
    is_news = changed or (row.look_on is not None and row.look_on <= round_.today)
    if changed:
        row.changed_at = round_.now
        for name, value in values.items():
            setattr(row, name, value)
    if is_news:
        row.stands_on = round_.today
    if row.look_on != look_on:
        row.look_on = look_on
    return is_news


@cache
def _reading(names: tuple[str, ...]) -> Callable[[FollowUp], tuple[Any, ...]]:
    """Reads these columns of a row at once: every row is compared at each record about her."""
    return attrgetter(*names)


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
        row.changed_at = round_.now
    if cause == SUBJECT_GONE:  # perhaps at her own wish: that a visit was asked for stays, what it was about does not
        row.episode, row.anchor_event, row.answered_by, row.why_json = None, "", None, "[]"
    if is_news:
        row.stands_on = round_.today
    if row.look_on is not None:
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
