"""Work on everybody of a town that a rule asks for, in batches: trying a draft, previewing a move, and doing either.

Each batch is one transaction of the caller's: a page that is looked at asks for the next one, and the timetable does.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from server.clock import today as day_of
from server.followups.recalculate import Subject, recalculate_many
from server.followups.ruleset import Rule
from server.followups.simulating import subjects_in
from server.followups.trying import try_out
from server.models import FollowUp, Project, RuleRun

SIMULATE, PREVIEW, MIGRATE, APPLY = "simulate", "preview", "migrate", "apply"
TRIES: Final = (SIMULATE, PREVIEW)
"""What only works out; the others write."""
BATCH: Final = 100
LOOKED_WITHIN: Final = timedelta(hours=24)

log = logging.getLogger("fangshi.followups")


def start_run(db: Session, project: Project, kind: str, rule: Rule, from_day: date, by: int, now: datetime) -> RuleRun:
    """Begins on that day with the first subject. Another run of the same kind and rule that is not done ends here."""
    stop_runs(db, project.id, kind, rule.id, now)
    row = RuleRun(
        project_id=project.id,
        kind=kind,
        rule=rule.id,
        version=rule.version,
        content_hash=rule.content_hash,
        from_day=from_day,
        after_list=0,
        after_id=0,
        done=0,
        total=0,
        failed=0,
        found_json="{}",
        started_by_id=by,
        started_at=now,
    )
    db.add(row)
    row.total = sum(
        db.scalar(select(func.count()).select_from(query.subquery())) or 0 for query, _ in _subjects(row, project)
    )
    db.flush()
    return row


def stop_runs(db: Session, project_id: int, kind: str, rule: str, now: datetime) -> None:
    """What is not done yet never will be."""
    for row in db.scalars(_runs(project_id, kind, rule).where(RuleRun.finished_at.is_(None))):
        row.finished_at, row.total = now, max(row.total, row.done + 1)


def find_looked_at(
    db: Session, project_id: int, kind: str, rule: str, content_hash: str, now: datetime
) -> RuleRun | None:
    """The last run of this very content that came to its end, and began within the last day."""
    query = _runs(project_id, kind, rule).where(RuleRun.content_hash == content_hash, RuleRun.done == RuleRun.total)
    query = query.where(RuleRun.finished_at.is_not(None), RuleRun.started_at >= now - LOOKED_WITHIN)
    return db.scalars(query).first()


def last_run(db: Session, project_id: int, kind: str, rule: str, version: int) -> RuleRun | None:
    return db.scalars(_runs(project_id, kind, rule).where(RuleRun.version == version)).first()


def _runs(project_id: int, kind: str, rule: str) -> Select[RuleRun]:
    here = RuleRun.project_id == project_id, RuleRun.kind == kind, RuleRun.rule == rule
    return select(RuleRun).where(*here).order_by(RuleRun.id.desc())


def advance_oldest(db: Session, now: datetime) -> bool:
    """One batch of the run that waits longest; whether there was one."""
    waiting = RuleRun.finished_at.is_(None), RuleRun.from_day <= day_of(now)
    query = select(RuleRun).where(*waiting).order_by(RuleRun.id).limit(1).with_for_update(skip_locked=True)
    row = db.scalar(query)
    if row is not None:
        _advance(db, row, now)
    return row is not None


def advance_run(db: Session, run_id: int, now: datetime) -> RuleRun:
    """One batch of this run, unless it is done or its day has not come. The row is held until the transaction ends."""
    row = db.scalars(select(RuleRun).where(RuleRun.id == run_id).with_for_update()).one()
    if row.finished_at is None and row.from_day <= day_of(now):
        _advance(db, row, now)
    return row


def _advance(db: Session, row: RuleRun, now: datetime) -> None:
    project = db.get_one(Project, row.project_id)
    batch = _next_batch(db, row, project)
    if batch:
        _work(db, row, project, batch, now)
        row.done += len(batch)
        row.total = max(row.total, row.done)
    else:
        row.finished_at, row.total = now, row.done
    db.flush()


def _work(db: Session, row: RuleRun, project: Project, batch: list[Subject], now: datetime) -> None:
    """What cannot be read of one subject holds up no other: it is counted."""
    try:
        with db.begin_nested():
            _do(db, row, project, batch, now)
    except Exception as error:
        log.warning("run %s of %d subjects failed: %s", row.kind, len(batch), type(error).__name__)
        if len(batch) == 1:
            row.failed += 1
        else:
            for one in batch:
                _work(db, row, project, [one], now)


def _do(db: Session, row: RuleRun, project: Project, batch: list[Subject], now: datetime) -> None:
    if row.kind in TRIES:
        row.found_json = try_out(db, project, row, batch, day_of(now))
    else:
        recalculate_many(db, project, batch, day_of(now), now)


def _next_batch(db: Session, row: RuleRun, project: Project) -> list[Subject]:
    """The subjects after the last one that was done; the run remembers where it is."""
    lists = list(_subjects(row, project))
    while row.after_list < len(lists):
        query, (name, key) = lists[row.after_list]
        found = db.execute(query.where(key > row.after_id).order_by(key).limit(BATCH)).all()
        if found:
            row.after_id = found[-1][0]
            return [(name, uuid) for _, uuid in found]
        row.after_list, row.after_id = row.after_list + 1, 0
    return []


def _subjects(row: RuleRun, project: Project) -> Iterable[tuple[Select[int, str], tuple[str, Any]]]:
    """Everybody; of moving tasks those alone who have one that is behind."""
    for name, query, key in subjects_in(project):
        if row.kind in (PREVIEW, MIGRATE):
            query = query.where(_has_older(row, name, query))
        yield query, (name, key)


def _has_older(row: RuleRun, name: str, query: Select[int, str]) -> Any:
    uuid = query.selected_columns[1]
    here = FollowUp.project_id == row.project_id, FollowUp.subject_list == name, FollowUp.subject == uuid
    return exists().where(
        *here, FollowUp.rule == row.rule, FollowUp.ended.is_(False), FollowUp.rule_version < row.version
    )


def found_in(row: RuleRun) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(row.found_json)
    return found


def runs_under_way(db: Session, project_id: int) -> Sequence[RuleRun]:
    """Runs that write and are not done yet, the oldest first."""
    here = RuleRun.project_id == project_id, RuleRun.kind.in_((MIGRATE, APPLY)), RuleRun.finished_at.is_(None)
    return db.scalars(select(RuleRun).where(*here).order_by(RuleRun.id)).all()
