"""The questions about a record, for who reviews it: what may be asked, asking the worker, and that all is well after all."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.access.allow import Scope
from server.errors import NotFound
from server.followups.plain_notices import RECORD_ANSWERED, RECORD_ASKED, tell
from server.intake.desk import FLAG_ACTS
from server.intake.quality_limits import BLIND, KINDS
from server.intake.review import add_comment, note, set_review_state
from server.intake.wanted import in_scope
from server.models import Actor, QualityFlag, Submission
from server.registry.workers import person_of

ASK, SETTLE, REOPEN = FLAG_ACTS
ANSWER: Final = "submission.flag.answer"
PREFIX: Final = "flag"


@dataclass(frozen=True)
class Flag:
    """A question: its kind, its numbers, when and by whom it was asked, answered (by who sent the record) or settled."""

    kind: str
    told: dict[str, int]
    asked_at: datetime | None
    asked_by: str | None
    answered_at: datetime | None
    settled_at: datetime | None
    settled_by: str | None


def list_flags(db: Session, submission_id: int) -> list[Flag]:
    """The questions about a record in the order of KINDS, those that are settled last."""
    asked, settled = aliased(Actor), aliased(Actor)
    rows = db.execute(
        select(QualityFlag, asked.display_name, settled.display_name)
        .outerjoin(asked, asked.id == QualityFlag.asked_by_id)
        .outerjoin(settled, settled.id == QualityFlag.settled_by_id)
        .where(QualityFlag.submission_id == submission_id, QualityFlag.kind.in_(KINDS))
    )
    found = [
        Flag(one.kind, orjson.loads(one.told_json), one.asked_at, asker, one.answered_at, one.settled_at, settler)
        for one, asker, settler in rows
    ]
    return sorted(found, key=lambda one: (one.settled_at is not None, KINDS.index(one.kind)))


def open_kinds(db: Session, scope: Scope, submission_ids: Collection[int]) -> dict[int, list[str]]:
    """What is still asked of each of these records, in the order of KINDS; a record of which nothing is asked is not named.

    What a back-check gave is named where the scope reaches the back-check, and nowhere else.
    """
    here = QualityFlag.submission_id.in_(submission_ids), QualityFlag.settled_at.is_(None), QualityFlag.kind.in_(KINDS)
    rows = db.execute(select(QualityFlag.submission_id, QualityFlag.kind).where(*here)).all()
    blind = {submission_id for submission_id, kind in rows if kind in BLIND}
    told = told_blind(db, scope, blind) if blind else set()
    found: dict[int, list[str]] = {}
    for submission_id, kind in rows:
        if kind not in BLIND or (submission_id, kind) in told:
            found.setdefault(submission_id, []).append(kind)
    return {one: sorted(kinds, key=KINDS.index) for one, kinds in found.items()}


def told_blind(db: Session, scope: Scope, submission_ids: Collection[int]) -> set[tuple[int, str]]:
    """(record, kind) of those blind questions about these records whose other record the scope reaches."""
    query = select(QualityFlag).where(QualityFlag.submission_id.in_(submission_ids), QualityFlag.kind.in_(BLIND))
    others = {(one.submission_id, one.kind): orjson.loads(one.told_json)["record"] for one in db.scalars(query)}
    seen = visible_among(db, scope, others.values())
    return {one for one, record in others.items() if record in seen}


def visible_among(db: Session, scope: Scope, submission_ids: Iterable[int]) -> set[int]:
    """Those of these records that the scope reaches: a question may speak of another record."""
    return set(db.scalars(select(Submission.id).where(Submission.id.in_(set(submission_ids)), in_scope(scope))))


def ask_worker(db: Session, submission: Submission, kind: str, words: str, by: int, now: datetime) -> None:
    """Writes the question as a comment, marks the record, and tells who sent it that there is a question. Raises NotFound."""
    flag = get_flag(db, submission, kind)
    add_comment(db, submission, words, by, now)
    flag.asked_at, flag.asked_by_id = now, by
    note(db, ASK, submission, by, now, {"flag": kind})
    worker = person_of(db, submission.submitter_id)
    if worker not in (None, by):
        tell(db, submission.project_id, [worker], RECORD_ASKED, f"{PREFIX}:{submission.id}:{kind}", now)
    if submission.review_state in (None, "edited"):
        set_review_state(db, submission, "hasIssues", by, now)


def find_asked(db: Session, person_id: int | None, occasion: str) -> tuple[str, datetime] | None:
    """(the kind of question, when its record came) behind such a word, for who sent the record, while it is open."""
    parts = occasion.split(":")
    if person_id is None or len(parts) < 3 or parts[0] != PREFIX or not parts[1].isdigit():
        return None
    row = db.execute(
        select(Submission.submitter_id, Submission.created_at)
        .join(QualityFlag, QualityFlag.submission_id == Submission.id)
        .where(QualityFlag.submission_id == int(parts[1]), QualityFlag.kind == parts[2])
        .where(QualityFlag.settled_at.is_(None), Submission.deleted_at.is_(None), ~Submission.sealed)
    ).first()
    return (parts[2], row.created_at) if row and person_of(db, row.submitter_id) == person_id else None


def list_asked(db: Session, person_id: int, submission_id: int, project_ids: Collection[int]) -> list[QualityFlag]:
    """Questions that somebody asked about this record and that are open, for who sent it; none for anybody else."""
    submission = db.get(Submission, submission_id)
    if submission is None or submission.sealed or submission.draft or submission.deleted_at is not None:
        return []
    if submission.project_id not in project_ids or person_of(db, submission.submitter_id) != person_id:
        return []
    here = QualityFlag.submission_id == submission_id, QualityFlag.kind.in_(KINDS)
    rows = db.scalars(
        select(QualityFlag).where(*here, QualityFlag.asked_at.is_not(None), QualityFlag.settled_at.is_(None))
    )
    return sorted(rows, key=lambda one: KINDS.index(one.kind))


def answer_asked(db: Session, asked: Sequence[QualityFlag], words: str, by: int, now: datetime) -> None:
    """Her words become a comment beside the record, and who asked hears that there is one. Raises MissingParameter."""
    submission = db.get_one(Submission, asked[0].submission_id)
    comment = add_comment(db, submission, words, by, now)
    for flag in asked:
        flag.answered_at = now
    askers = {one.asked_by_id for one in asked if one.asked_by_id not in (None, by)}
    occasion = f"record:{submission.id}:{comment.id}"
    tell(db, submission.project_id, [one for one in askers if one is not None], RECORD_ANSWERED, occasion, now)
    note(db, ANSWER, submission, by, now, {"flag": ",".join(one.kind for one in asked)})


def settle(db: Session, submission: Submission, kind: str, by: int, now: datetime) -> None:
    """All is well, says who reviews it. Raises NotFound."""
    flag = get_flag(db, submission, kind)
    if flag.settled_at is None:
        flag.settled_at, flag.settled_by_id = now, by
        note(db, SETTLE, submission, by, now, {"flag": kind})


def open_again(db: Session, submission: Submission, kind: str, by: int, now: datetime) -> None:
    """Takes back that it was settled. Raises NotFound."""
    flag = get_flag(db, submission, kind)
    if flag.settled_at is not None:
        flag.settled_at = flag.settled_by_id = None
        note(db, REOPEN, submission, by, now, {"flag": kind})


def get_flag(db: Session, submission: Submission, kind: str) -> QualityFlag:
    """Raises NotFound for what is not asked about it (any more)."""
    flag = db.get(QualityFlag, (submission.id, kind))
    if flag is None or kind not in KINDS:
        raise NotFound()
    return flag
