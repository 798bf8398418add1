"""Judging records that wait: what each says by itself, and beside earlier ones. A job does, some at a time (server/jobs.py).

The outcome is questions (QualityFlag), for who reviews the record to ask or to settle. Nothing is decided by them.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.blobs import BlobStore
from server.db import Database, NotAllWell, without_savepoints
from server.intake.quality_checks import ask_of_checks
from server.intake.quality_habits import ask_of_habits
from server.intake.quality_kept import read_kept
from server.intake.quality_lateness import ask_of_lateness
from server.intake.quality_likeness import ask_of_pictures
from server.intake.quality_measuring import Case, measure_record
from server.intake.quality_pictures import look_at_pictures
from server.intake.quality_places import ask_of_place
from server.intake.quality_queue import forget_quality, list_waiting, take_from_queue, try_later
from server.models import QualityFlag, Submission

log = logging.getLogger("fangshi.quality")
TOGETHER: Final = 10  # in one transaction, some 40 ms: on SQLite all phones that send wait for it


def judge_waiting(database: Database, now: datetime, most: int, store: BlobStore | None = None) -> int:
    """Judges records that wait, up to `most` rows of the queue; how many records there were.

    Without a `store` pictures are known by their bytes, and by how they looked when somebody looked.
    """
    with database.reading() as db:
        waiting = list_waiting(db, most, now)
    if store is not None:
        look_at_pictures(database, store, waiting)
    return judge_all(database, waiting, now)


def judge_everything(database: Database, now: datetime) -> int:
    """The whole queue: all are measured first, so that each has the earlier ones to be compared with."""
    with database.reading() as db:
        waiting = sorted(list_waiting(db))
    work_through(database, waiting, lambda db, some: measure_all(db, some, now), lambda _db, _one: None)
    return judge_all(database, waiting, now)


def judge_all(database: Database, submission_ids: Sequence[int], now: datetime) -> int:
    """In the order of their ids: a later one may depend on what was asked about an earlier one."""

    def judge(db: Session, some: Sequence[int]) -> None:
        take_from_queue(db, some)
        for case in measure_each(db, some, now):
            bring_in_line(db, case, find_questions(db, case), now)

    work_through(database, sorted(submission_ids), judge, lambda db, one: keep_for_later(db, one, now))
    return len(submission_ids)


Step = Callable[[Session, Sequence[int]], None]


def work_through(
    database: Database, submission_ids: Sequence[int], step: Step, failed: Callable[[Session, int], None]
) -> None:
    """A few at a time, first without savepoints. Where that fails nothing of it is kept, and each is tried in its own."""
    for batch in batches(submission_ids):
        with suppress(NotAllWell), database.transaction() as db, without_savepoints(db):
            step(db, hold(db, batch))  # what is asked for one of them is known for the others
            continue
        with database.transaction() as db:
            for one in hold(db, batch):
                if not carefully(db, one, step):
                    failed(db, one)


def batches(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + TOGETHER] for start in range(0, len(ids), TOGETHER)]


def hold(db: Session, submission_ids: Sequence[int]) -> list[int]:
    """Those that nobody else is changing just now, held until the transaction ends; the others go on waiting."""
    query = select(Submission.id).where(Submission.id.in_(submission_ids)).order_by(Submission.id)
    return list(db.scalars(query.with_for_update(skip_locked=True)))


def carefully(db: Session, submission_id: int, step: Step) -> bool:
    """A record that cannot be judged holds up no other; whether it could."""
    try:
        with db.begin_nested():
            step(db, [submission_id])
    except Exception as error:
        log.warning("record %d could not be judged: %s", submission_id, type(error).__name__)
        return False
    return True


def keep_for_later(db: Session, submission_id: int, now: datetime) -> None:
    tries = take_from_queue(db, [submission_id]).get(submission_id, 0) + 1
    if not try_later(db, submission_id, tries, now):
        log.error("record %d was tried %d times and is not judged until it changes", submission_id, tries)


def measure_all(db: Session, submission_ids: Sequence[int], now: datetime) -> None:
    for _ in measure_each(db, submission_ids, now):
        pass


def measure_each(db: Session, submission_ids: Sequence[int], now: datetime) -> Iterator[Case]:
    """Records that are held, one after the other. Of one that nobody reads or that is gone nothing stays."""
    kept = read_kept(db, submission_ids)
    forget_quality(db, [one for one in submission_ids if one not in kept])
    for one in sorted(kept):
        yield measure_record(db, kept[one], now)


def find_questions(db: Session, case: Case) -> dict[str, dict[str, int]]:
    """{kind of question: its numbers}."""
    rules = (ask_of_place, ask_of_pictures, ask_of_habits, ask_of_lateness, ask_of_checks)
    return {**case.said.found, **{kind: told for rule in rules for kind, told in rule(db, case)}}


def bring_in_line(db: Session, case: Case, found: dict[str, dict[str, int]], now: datetime) -> None:
    """What was asked or settled stays so as long as there is reason to ask; a question without one goes."""
    known = {one.kind: one for one in case.kept.flags}
    for kind in known.keys() - found.keys():
        db.delete(known[kind])
    for kind, told in found.items():
        text = orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()
        flag = known.get(kind)
        if flag is None:
            project_id = case.measure.project_id
            db.add(QualityFlag(submission_id=case.id, kind=kind, project_id=project_id, told_json=text, found_at=now))
        elif flag.told_json != text:
            flag.told_json = text
    db.flush()
