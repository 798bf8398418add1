"""The versions of an entity as Central tells them: each with its conflict, what it changed, and where it came from (6.9).

A version is in conflict when whoever made it did not know of the one before: it was made from an older version, or in an
offline branch into which somebody else's change had come. What came before somebody resolved a conflict is resolved.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.projects import submissions_within
from server.models import Actor, Audit, Dataset, Entity, EntityVersion, Form, Submission, SubmissionVersion
from server.registry.queries import list_versions, taken_back
from server.registry.reach import Reach

LABEL: Final = "label"
RESOLVE: Final = "entity.update.resolve"


@dataclass
class Version:
    """A version with its data, and what was received to make it, as far as they are told. `base_diff` and `server_diff` name
    what was received and is not so in the version that it was made from, and in the one before it.

    `last_good`: the last one before the conflict that stands. `relevant`: somebody who resolves that looks at it.
    """

    row: EntityVersion
    data: dict[str, str]
    received: dict[str, str]
    conflict: str | None = None
    resolved: bool = False
    base_diff: tuple[str, ...] = ()
    server_diff: tuple[str, ...] = ()
    last_good: bool = False
    relevant: bool = False


def history_of(db: Session, dataset: Dataset, entity: Entity, reach: Reach) -> list[Version]:
    """All versions, the oldest first. In a care project a place that was taken back is told in none (queries.taken_back)."""
    hidden = taken_back(dataset, entity) if reach.care else frozenset[str]()
    found = [
        Version(row, read(row.data_json, hidden), read(row.received_json, hidden)) for row in list_versions(db, entity)
    ]
    resolved_up_to = last_resolved(db, entity, found)
    mark_conflicts(found, hidden, resolved_up_to)
    mark_relevant(found)
    return found


def read(text: str, hidden: Collection[str]) -> dict[str, str]:
    told: dict[str, str] = orjson.loads(text)
    return {name: "" if name in hidden else value for name, value in told.items()}


def last_resolved(db: Session, entity: Entity, versions: Sequence[Version]) -> int:
    """The number of the newest version that there was when somebody resolved a conflict last; 0 where nobody did.

    What was resolved before it was made was of an entity that is gone and had its number (audit_queries.of_record).
    """
    since = Audit.logged_at >= entity.created_at
    query = select(Audit.details, Audit.logged_at).where(Audit.entity_id == entity.id, Audit.action == RESOLVE, since)
    last = db.execute(query.order_by(Audit.id.desc()).limit(1)).first()
    if last is None:
        return 0
    by_id = {one.row.id: one.row.version for one in versions}
    before = [one.row.version for one in versions if one.row.created_at <= last.logged_at]
    return by_id.get((last.details or {}).get("entityDefId") or 0, max(before, default=0))


def mark_conflicts(versions: Sequence[Version], hidden: Collection[str], resolved_up_to: int) -> None:
    contiguous: dict[str, int] = {}
    for before, one in pairwise(versions):
        row = one.row
        base = versions[(row.base_version or before.row.version) - 1]
        one.base_diff, one.server_diff = differing(one, base, hidden), differing(one, before, hidden)
        in_branch = follow_branch(contiguous, row)
        if base is not before or not in_branch or row.conflicting_json:
            one.conflict = "hard" if row.conflicting_json else "soft"
            one.resolved = row.version <= resolved_up_to


def follow_branch(contiguous: dict[str, int], row: EntityVersion) -> bool:
    """Whether nobody else's change lies between a version and the beginning of its offline branch. `contiguous` keeps, by
    branch, the last version of which that is true.
    """
    if row.branch_id is None:
        return True
    last = contiguous.get(row.branch_id)
    if last is None:
        first = (row.trunk_version or 1) + 1
        contiguous[row.branch_id] = row.version if row.version == first else 0 if row.trunk_version else 1
    elif row.base_version == last and row.version == last + 1:
        contiguous[row.branch_id] = row.version
    return contiguous[row.branch_id] >= (row.base_version or 0)


def differing(one: Version, other: Version, hidden: Collection[str]) -> tuple[str, ...]:
    there = {**other.data, LABEL: other.row.label}
    return tuple(name for name, value in one.received.items() if name not in hidden and there.get(name) != value)


def mark_relevant(versions: Sequence[Version]) -> None:
    """What somebody who resolves the conflict looks at: the last good version, all that came after it, and their bases."""
    first = next((one.row.version for one in versions if one.conflict and not one.resolved), None)
    good = versions[-1].row.version if first is None else first - 1
    bases = {one.row.base_version for one in versions if one.row.version > good}
    for one in versions:
        one.last_good = one.row.version == good
        one.relevant = first is not None and (one.row.version >= good or one.row.version in bases)


def changes_between(versions: Sequence[Version]) -> list[list[dict[str, str]]]:
    """What each version but the first says differently from the one before; a value that was not there is left out."""
    return [changes(before, one) for before, one in pairwise(versions)]


def changes(before: Version, after: Version) -> list[dict[str, str]]:
    old, new = ({LABEL: one.row.label, **one.data} for one in (before, after))
    return [
        {**({"old": old[name]} if name in old else {}), "new": value, "propertyName": name}
        for name, value in new.items()
        if old.get(name) != value
    ]


@dataclass(frozen=True)
class Source:
    """What made a version, beside whoever did: a record, or a file of many entities. `record` is (row, xmlFormId, sender);
    the id is None where the record is in the trash. `file` is what the audit says of the file.
    """

    record: tuple[Submission, str | None, Actor | None] | None = None
    file: Mapping[str, Any] | None = None


def sources_of(
    db: Session, dataset: Dataset, versions: Sequence[Version], reach: Reach, with_records: bool
) -> dict[int, Source]:
    """By the id of a version. A record is named to whoever reads it: `with_records` says that the asker reads any."""
    sent = {one.row.submission_version_id: one.row.id for one in versions if one.row.submission_version_id}
    query = (
        select(SubmissionVersion.id, Submission, Form, Actor)
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .join(Form, Form.id == Submission.form_id)
        .outerjoin(Actor, Actor.id == Submission.submitter_id)
        .where(SubmissionVersion.id.in_(sent if with_records else ()), submissions_within(reach.scope))
    )
    found = {
        sent[version_id]: Source((row, None if row.deleted_at or form.deleted_at else form.xml_form_id, sender))
        for version_id, row, form, sender in db.execute(query)
    }
    return found | files_of(db, dataset, [one.row for one in versions[:1] if not one.row.submission_version_id])


def files_of(db: Session, dataset: Dataset, rows: Sequence[EntityVersion]) -> dict[int, Source]:
    """Where many entities were made at once, the audit keeps of what: by the same person in the same instant."""
    found = {}
    for row in rows:
        here = Audit.dataset_id == dataset.id, Audit.action == "entity.bulk.create"
        same = Audit.logged_at == row.created_at, Audit.actor_id == row.creator_id
        details = db.scalars(select(Audit.details).where(*here, *same).limit(1)).first()
        if details:
            more = {"count": details.get("count"), "userAgent": row.user_agent or None}
            found[row.id] = Source(file={**details.get("source", {}), **more})
    return found
