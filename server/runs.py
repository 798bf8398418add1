"""What the timetable remembers of its jobs: the last run and those before it, how late each began, and what was asked of it.

A page never runs a job: it leaves a wish, which the process that holds the lease finds within seconds. A pause ends by
itself, so that nothing stands still because somebody forgot it.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.errors import UnexpectedValue
from server.models import TimetablePast, TimetableRun, TimetableWish

KEPT: Final = 30  # runs of each job
TOO_LATE: Final = timedelta(minutes=5)  # after the time at which it was due
TOO_LONG: Final = timedelta(hours=1)  # under way, and nobody knows whether it still is
PAUSE_FOR: Final = timedelta(hours=4)
REASONS: Final = ("repair", "trouble", "load", "other")
NEVER_PAUSED: Final = frozenset({"audit", "retention"})
"""Without the audit's chain a change made meanwhile would not be seen, and data must not be kept longer than was promised."""


def last_runs(db: Session) -> dict[str, TimetableRun]:
    """The last run of each job, by its name."""
    return {run.name: run for run in db.scalars(select(TimetableRun))}


def past_runs(db: Session) -> dict[str, list[TimetablePast]]:
    """The runs of each job that are kept, the newest first."""
    found: dict[str, list[TimetablePast]] = {}
    for run in db.scalars(select(TimetablePast).order_by(TimetablePast.id.desc())):
        found.setdefault(run.name, []).append(run)
    return found


def wishes_of_jobs(db: Session) -> dict[str, TimetableWish]:
    """What stands written of each job, by its name. A pause among them may be over: `is_paused`."""
    return {wish.name: wish for wish in db.scalars(select(TimetableWish))}


def paused_jobs(db: Session, now: datetime) -> list[str]:
    return sorted(name for name, wish in wishes_of_jobs(db).items() if is_paused(wish, now))


def is_paused(wish: TimetableWish | None, now: datetime) -> bool:
    """Not by a pause that begins in time to come: the clock was set back since."""
    if wish is None or wish.paused_at is None or wish.paused_until is None or wish.name in NEVER_PAUSED:
        return False
    return wish.paused_at <= now < wish.paused_until


def is_asked(wish: TimetableWish | None) -> bool:
    return wish is not None and wish.asked_at is not None


def due_of(last: TimetableRun | None, asked_at: datetime | None, now: datetime) -> datetime:
    """When a run that begins now was to begin. One that was cut off is due since then."""
    if asked_at is not None:
        return min(asked_at, now)
    if last is None or last.next_at is None or last.started_at > now:
        return now
    return min(last.next_at if last.finished_at else last.due_at or last.started_at, now)


def is_late(last: TimetableRun | None, wish: TimetableWish | None, now: datetime) -> bool:
    """Whether it should have begun some time ago, or does not end."""
    if last is None or is_paused(wish, now):
        return False
    if last.finished_at is None:
        return now > last.started_at + TOO_LONG
    return last.next_at is not None and now > last.next_at + TOO_LATE


def begin_run(db: Session, name: str, started: datetime, next_at: datetime) -> None:
    """Writes down that a run begins, and takes on the wish for it. Older ones than the last KEPT go."""
    last, wish = db.get(TimetableRun, name), db.get(TimetableWish, name)
    asked_at = wish.asked_at if wish else None
    due = due_of(last, asked_at, started)
    if wish is not None:
        wish.asked_at = wish.asked_by_id = None
    db.merge(TimetableRun(name=name, due_at=due, started_at=started, finished_at=None, result=None, next_at=next_at))
    db.add(TimetablePast(name=name, due_at=due, started_at=started, asked=asked_at is not None))
    db.flush()
    of_job = TimetablePast.name == name
    older = select(TimetablePast.id).where(of_job).order_by(TimetablePast.id.desc()).offset(KEPT).limit(1)
    last_to_go = db.scalar(older)
    if last_to_go is not None:
        db.execute(delete(TimetablePast).where(of_job, TimetablePast.id <= last_to_go))


def end_run(db: Session, name: str, started: datetime, finished: datetime, result: str, next_at: datetime) -> None:
    """Writes down how a run that was begun went; one that another process has begun since stays as it is."""
    last = db.get(TimetableRun, name)
    if last is not None and last.started_at == started:
        last.finished_at, last.result, last.next_at = finished, result, next_at
    under_way = (
        TimetablePast.name == name,
        TimetablePast.started_at == started,
        TimetablePast.finished_at.is_(None),
    )
    past = db.scalars(select(TimetablePast).where(*under_way).order_by(TimetablePast.id.desc()).limit(1)).first()
    if past is not None:
        past.finished_at, past.result = finished, result


def ask_for_run(db: Session, name: str, by: int, now: datetime) -> None:
    """The timetable runs it at its next look. Who asks again while it waits changes nothing.

    Raises UnexpectedValue for one that stands still: it is to go on first.
    """
    wish = _wish(db, name)
    if is_paused(wish, now):
        raise UnexpectedValue(field="job", value=name, reason="it is paused; let it go on first")
    if wish.asked_at is None:
        wish.asked_at, wish.asked_by_id = now, by
        record(db, "timetable.run", actor_id=by, now=now, details={"job": name})


def pause_job(db: Session, name: str, reason: str, by: int, now: datetime) -> datetime:
    """Until when it stands still. Raises UnexpectedValue for a job that must not, or a reason that is none of REASONS."""
    if name in NEVER_PAUSED:
        raise UnexpectedValue(field="job", value=name, reason="it must not stand still")
    if reason not in REASONS:
        raise UnexpectedValue(field="reason", value=reason[:40], reason="choose one of the reasons")
    wish = _wish(db, name)
    wish.asked_at = wish.asked_by_id = None
    wish.paused_at, wish.paused_until, wish.paused_by_id, wish.reason = now, now + PAUSE_FOR, by, reason
    record(db, "timetable.pause", actor_id=by, now=now, details={"job": name, "reason": reason})
    return now + PAUSE_FOR


def resume_job(db: Session, name: str, by: int, now: datetime) -> None:
    """Ends its pause; nothing where there is none."""
    wish = _wish(db, name)
    if wish.paused_at is None:
        return
    wish.paused_at = wish.paused_until = wish.paused_by_id = wish.reason = None
    record(db, "timetable.resume", actor_id=by, now=now, details={"job": name})


def _wish(db: Session, name: str) -> TimetableWish:
    wish = db.get(TimetableWish, name)
    if wish is None:
        wish = TimetableWish(name=name)
        db.add(wish)
        db.flush()
    return wish
