"""Changes that phones made offline and that arrived before what they were made from. Facts: odk-contract.md 5.3.3.

Each waits until its predecessor in the same branch is here. After five days it is put on what there is: a phone may be
lost, and what it still sent must count.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

import orjson
from sqlalchemy import bindparam, insert, or_, select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.access.audit import record
from server.errors import DatasetUnknown, Problem
from server.models import Dataset, EntityBacklog
from server.registry.entities import Author, find_entity, update_entity
from server.registry.statuses import PREGNANCIES, align_pregnancies

PATIENCE = timedelta(days=5)

_NEXT: Final = (EntityBacklog.branch_id == bindparam("branch")) & (EntityBacklog.base_version == bindparam("base"))
_WAITS: Final = (
    select(EntityBacklog)
    .where(EntityBacklog.dataset_id == bindparam("dataset"), EntityBacklog.uuid == bindparam("uuid"))
    .order_by(EntityBacklog.id)
    .limit(1)
)
_OF_BRANCH: Final = _WAITS.where(_NEXT)
_OF_ANY: Final = _WAITS.where(or_(_NEXT, EntityBacklog.base_version == 1))


def hold(db: Session, dataset: Dataset, act: EntityAct, author: Author) -> None:
    """Keeps a change that came too early."""
    db.execute(
        insert(EntityBacklog).values(
            dataset_id=dataset.id,
            uuid=act.uuid,
            branch_id=act.branch_id,
            base_version=act.base_version or 1,
            act_json=orjson.dumps(asdict(act)).decode(),
            submission_id=author.submission_id,
            submission_version_id=author.submission_version_id,
            actor_id=author.actor_id,
            user_agent=author.user_agent,
            held_at=author.now,
        )
    )
    note(db, "submission.backlog.hold", dataset, act, author)


def replay_followers(db: Session, dataset: Dataset, act: EntityAct, now: datetime) -> None:
    """Does the change that waited for this one, then the one that waited for that, and so on."""
    done: EntityAct | None = act
    while done is not None:
        row = find_follower(db, dataset, done)
        done = replay(db, dataset, row, now, force=False) if row is not None else None


def find_follower(db: Session, dataset: Dataset, act: EntityAct) -> EntityBacklog | None:
    """The next of the same branch; after a creation or a change from the server's own version, any branch's first."""
    told = {"dataset": dataset.id, "uuid": act.uuid, "branch": act.branch_id, "base": (act.base_version or 0) + 1}
    return db.scalar(_OF_BRANCH if act.base_version is not None else _OF_ANY, told)


def replay(db: Session, dataset: Dataset, row: EntityBacklog, now: datetime, force: bool) -> EntityAct:
    """Does a change that waited. What then still keeps it from being done is written beside its submission."""
    act = EntityAct(**orjson.loads(row.act_json))
    author = Author(row.actor_id, row.user_agent, row.submission_id, row.submission_version_id, now)
    db.delete(row)
    db.flush()
    try:
        if dataset.deleted_at is not None:
            raise DatasetUnknown(dataset=act.dataset)
        update_entity(db, dataset, act, author, force=force)
        note(db, "submission.backlog.force" if force else "submission.backlog.reprocess", dataset, act, author)
    except Problem as problem:
        note(db, "entity.error", dataset, act, author, problem)
    return act


def force_one(db: Session, now: datetime) -> bool:
    """Puts through the change that waited longest, if it waited long enough; whether there was one."""
    row = db.scalar(
        select(EntityBacklog)
        .where(EntityBacklog.held_at <= now - PATIENCE)
        .order_by(EntityBacklog.held_at, EntityBacklog.base_version, EntityBacklog.id)
        .limit(1)
    )
    if row is None:
        return False
    dataset, uuid = db.get_one(Dataset, row.dataset_id), row.uuid
    replay_followers(db, dataset, replay(db, dataset, row, now, force=True), now)
    put_right(db, dataset, uuid, now)
    return True


def put_right(db: Session, dataset: Dataset, uuid: str, now: datetime) -> None:
    """What was put through so late may say of a pregnancy what is over by now."""
    entity = find_entity(db, dataset, uuid)
    if entity is not None and entity.about and dataset.name == PREGNANCIES:
        align_pregnancies(db, dataset.project_id, entity.about, now)


def note(
    db: Session, action: str, dataset: Dataset, act: EntityAct, author: Author, problem: Problem | None = None
) -> None:
    details: dict[str, object] = {
        "entityUuid": act.uuid,
        "branchId": act.branch_id,
        "branchBaseVersion": act.base_version,
        "submissionId": author.submission_id,
        "submissionDefId": author.submission_version_id,
    }
    if problem is not None:
        details |= {"problem": {"problemCode": problem.code}, "errorMessage": problem.message}
    record(
        db,
        action,
        actor_id=author.actor_id,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        submission_id=author.submission_id,
        details=details,
        now=author.now,
    )
