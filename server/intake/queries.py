"""Records as the REST doors list them. Every query takes the form, whether drafts are meant, and the caller's scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Bundle, Session, defer

from server.access.allow import Scope
from server.access.projects import submissions_within
from server.errors import NotFound
from server.models import (
    Actor,
    Blob,
    Form,
    FormVersion,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionVersion,
)

BATCH = 500


@dataclass(frozen=True)
class Records:
    """Which records an address means: of a form, its real ones or its draft's, the deleted ones or those that stand."""

    form: Form
    scope: Scope
    draft: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class Listed:
    """A record with its current version (without the bytes) and who sent it first."""

    submission: Submission
    version: SubmissionVersion
    submitter: Actor | None


@dataclass(frozen=True)
class ListedVersion:
    version: SubmissionVersion
    submitter: Actor | None
    form_version: str


@dataclass(frozen=True)
class ListedFile:
    """A file by name; `sha256` None: named in the record, not arrived."""

    name: str
    sha256: str | None
    md5: str | None
    content_type: str | None
    size: int | None


def meant(records: Records) -> ColumnElement[bool]:
    here = (Submission.form_id == records.form.id) & (Submission.draft == records.draft)
    in_trash = Submission.deleted_at.is_not(None) & Submission.purged_at.is_(None)
    here &= in_trash if records.deleted else Submission.deleted_at.is_(None)
    return here & submissions_within(records.scope)


def listing(records: Records) -> Select[Submission, SubmissionVersion, Actor]:
    return rows().where(meant(records))


IN_A_LIST: Final[tuple[Any, ...]] = (
    Bundle(
        "submission",
        Submission.instance_id,
        Submission.submitter_id,
        Submission.device_id,
        Submission.user_agent,
        Submission.review_state,
        Submission.created_at,
        Submission.updated_at,
        Submission.deleted_at,
    ),
    Bundle(
        "version",
        SubmissionVersion.instance_id,
        SubmissionVersion.instance_name,
        SubmissionVersion.submitter_id,
        SubmissionVersion.device_id,
        SubmissionVersion.user_agent,
        SubmissionVersion.created_at,
        SubmissionVersion.is_current,
    ),
    Actor,
)
"""What a list tells of a record: no objects are made of thousands, but of who sent them."""


def rows() -> Select[Submission, SubmissionVersion, Actor]:
    """Records with their current versions, without the bytes and the answers."""
    without = defer(SubmissionVersion.xml, raiseload=True), defer(SubmissionVersion.values_json, raiseload=True)
    return with_current(select(Submission, SubmissionVersion, Actor)).options(*without)


def with_current(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    current = (SubmissionVersion.submission_id == Submission.id) & SubmissionVersion.is_current
    sent_by = Actor.id == Submission.submitter_id
    return query.select_from(Submission).join(SubmissionVersion, current).outerjoin(Actor, sent_by)


def iterate_records(db: Session, records: Records, offset: int, limit: int | None) -> Iterator[Listed]:
    """The newest first, read in batches: flat memory however many there are. Of each what IN_A_LIST names and no more."""
    newest = Submission.created_at.desc(), Submission.id.desc()
    query = with_current(select(*IN_A_LIST)).where(meant(records)).order_by(*newest).offset(offset).limit(limit)
    for row in db.execute(query, execution_options={"yield_per": BATCH}):
        yield Listed(*row)


def get_listed(db: Session, records: Records, instance_id: str) -> Listed:
    """The record whose first version has this id. Raises NotFound, also outside the scope."""
    row = db.execute(listing(records).where(Submission.instance_id == instance_id)).first()
    if row is None:
        raise NotFound()
    return Listed(*row)


def get_sent(db: Session, form: Form, instance_id: str, draft: bool = False) -> Listed:
    """What was just sent to a form, for its sender's receipt: also a record that is sealed, without an answer."""
    sent = (Submission.form_id == form.id) & (Submission.draft == draft) & (Submission.instance_id == instance_id)
    return Listed(*db.execute(rows().where(sent)).one())


def get_stored(db: Session, version_id: int) -> tuple[SubmissionVersion, str]:
    """A version that was just stored and the name of its form, for its sender's receipt."""
    query = select(SubmissionVersion, FormVersion.name).join(
        FormVersion, FormVersion.id == SubmissionVersion.form_version_id
    )
    version, name = db.execute(query.where(SubmissionVersion.id == version_id)).one()
    return version, name or ""


def find_form_name(db: Session, form_version_id: int) -> str | None:
    """What a version of a form calls itself."""
    return db.scalar(select(FormVersion.name).where(FormVersion.id == form_version_id))


def find_root_id(db: Session, records: Records, instance_id: str) -> str | None:
    """The id of the record that has a version of this id, when it is not the first one's."""
    return db.scalar(
        select(Submission.instance_id)
        .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
        .where(meant(records), SubmissionVersion.instance_id == instance_id)
    )


def list_versions(db: Session, submission_id: int) -> list[ListedVersion]:
    """All versions, the newest first."""
    rows = db.execute(
        select(SubmissionVersion, Actor, FormVersion.version)
        .outerjoin(Actor, Actor.id == SubmissionVersion.submitter_id)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .options(defer(SubmissionVersion.xml, raiseload=True), defer(SubmissionVersion.values_json, raiseload=True))
        .where(SubmissionVersion.submission_id == submission_id)
        .order_by(SubmissionVersion.id.desc())
    )
    return [ListedVersion(*row) for row in rows]


def get_version_of(db: Session, submission_id: int, instance_id: str) -> ListedVersion:
    """Raises NotFound."""
    found = next((one for one in list_versions(db, submission_id) if one.version.instance_id == instance_id), None)
    if found is None:
        raise NotFound()
    return found


def read_xml_of(db: Session, version_id: int) -> bytes:
    """The exact bytes as sent."""
    return bytes(db.scalars(select(SubmissionVersion.xml).where(SubmissionVersion.id == version_id)).one())


def list_files(db: Session, version_id: int) -> list[ListedFile]:
    """Files by name, those the record names and others that came with it."""
    return [ListedFile(*row) for row in db.execute(files_of(version_id).order_by(SubmissionAttachment.name))]


def get_file(db: Session, version_id: int, name: str) -> ListedFile:
    """Raises NotFound for a name that is not there or whose bytes have not arrived."""
    row = db.execute(files_of(version_id).where(SubmissionAttachment.name == name)).first()
    if row is None or row.blob_sha256 is None:
        raise NotFound()
    return ListedFile(*row)


def files_of(version_id: int) -> Select[str, str | None, str, str, int]:
    return (
        select(
            SubmissionAttachment.name,
            SubmissionAttachment.blob_sha256,
            Blob.md5,
            Blob.content_type,
            Blob.size,
        )
        .outerjoin(Blob, Blob.sha256 == SubmissionAttachment.blob_sha256)
        .where(SubmissionAttachment.submission_version_id == version_id, SubmissionAttachment.copy == 0)
    )


def list_comments(db: Session, submission_id: int) -> list[tuple[SubmissionComment, Actor]]:
    """The newest first."""
    rows = db.execute(
        select(SubmissionComment, Actor)
        .join(Actor, Actor.id == SubmissionComment.actor_id)
        .where(SubmissionComment.submission_id == submission_id)
        .order_by(SubmissionComment.id.desc())
    )
    return [(comment, actor) for comment, actor in rows]


def list_submitters(db: Session, records: Records) -> list[Actor]:
    """Everybody who sent a record of the form, by name."""
    senders = select(Submission.submitter_id).where(meant(records))
    return list(db.scalars(select(Actor).where(Actor.id.in_(senders)).order_by(Actor.display_name, Actor.id)))


def last_farewell(db: Session) -> datetime | None:
    """When somebody who may have sent records was taken away last: lists that name senders tell it."""
    return db.scalar(select(func.max(Actor.deleted_at)))


def differences(db: Session, submission_id: int) -> dict[str, list[dict[str, Any]]]:
    """What each version changed against the one before, by its instance id: `{old, new, path}` as Central words it."""
    rows = db.execute(
        select(SubmissionVersion.instance_id, SubmissionVersion.values_json)
        .where(SubmissionVersion.submission_id == submission_id)
        .order_by(SubmissionVersion.id)
    ).all()
    trees = [(row.instance_id, orjson.loads(row.values_json or "{}")) for row in rows]
    return {new_id: list(compare(old, new, [])) for (_, old), (new_id, new) in pairwise(trees)}


def compare(old: Any, new: Any, path: list[Any]) -> Iterator[dict[str, Any]]:
    """Leaves that differ; inside a repeat a path part is `[name, index]`."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys([*old, *new]):
            yield from compare(old.get(name), new.get(name), [*path, name])
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            before = old[index] if index < len(old) else None
            after = new[index] if index < len(new) else None
            yield from compare(before, after, [*path[:-1], [path[-1], index]])
    elif old != new:
        yield {"old": old, "new": new, "path": path}
