"""Records with all versions, files, comments and states: their own ids, times and authors, the bytes as they came.

Not by the submission doors, which would take them for new. What is worked out of a record is where it lies and by what it is
found; its entities come with their lists (lists.py), so nothing is made of them twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from forms.errors import FormError
from forms.instance import Instance, named_files, read_instance
from server.access.audit import record
from server.errors import FormVersionNotFound, NotFound
from server.intake.answer_index import index_answers
from server.intake.attachments import add_attachment, start_attachments
from server.intake.derive import read_again, run_deriver
from server.intake.items import Item, StoredFile
from server.intake.looking_ahead import INSERT_SUBMISSION, insert_id
from server.intake.quality_queue import wait_for_look
from server.intake.receive import cut, insert_version
from server.intake.review import STATES
from server.models import Audit, Submission, SubmissionAttachment, SubmissionComment, SubmissionVersion
from server.moving.bringing import Bringing, Row, read_time
from server.moving.central_client import CameFile
from server.moving.people import actor_of
from server.places.place import place_submission
from server.publishing.versions import Asked, find_form, get_version


@dataclass(frozen=True)
class RecordFile:
    """A file of a record's version; `exists` says that it arrived there, `came` is what was fetched of it."""

    name: str
    exists: bool
    came: CameFile | None


@dataclass(frozen=True)
class RecordVersion:
    """One version of a record: its exact bytes, and who sent it with what."""

    instance_id: str
    xml: bytes
    files: Sequence[RecordFile]
    by: Row | None
    by_number: int | None
    device_id: str | None
    user_agent: str | None
    created_at: datetime


@dataclass(frozen=True)
class Comment:
    """What somebody wrote beside a record."""

    body: str
    by: Row | None
    by_number: int | None
    created_at: datetime


@dataclass(frozen=True)
class ComingRecord:
    """A record as the other server has it; versions the oldest first. `instance_id` is that of the first."""

    form_id: str
    instance_id: str
    versions: Sequence[RecordVersion]
    comments: Sequence[Comment]
    review_state: str | None
    created_at: datetime
    updated_at: datetime | None


def is_settled(db: Session, project_id: int, form_id: str, told: Row) -> bool:
    """Whether the record is here as its list tells it there, with every file that it names."""
    submission = find_submission(db, project_id, form_id, told["instanceId"])
    if submission is None or submission.deleted_at is not None:
        return False
    current = db.scalar(
        select(SubmissionVersion).where(SubmissionVersion.submission_id == submission.id, SubmissionVersion.is_current)
    )
    lacks = select(SubmissionAttachment.id).join(
        SubmissionVersion, SubmissionVersion.id == SubmissionAttachment.submission_version_id
    )
    lacks = lacks.where(SubmissionVersion.submission_id == submission.id, SubmissionAttachment.blob_sha256.is_(None))
    return (
        current is not None
        and current.instance_id == told["currentVersion"]["instanceId"]
        and submission.review_state == told.get("reviewState")
        and submission.updated_at == read_time(told.get("updatedAt"))
        and db.scalar(lacks.limit(1)) is None
    )


def find_submission(db: Session, project_id: int, form_id: str, instance_id: str) -> Submission | None:
    found = find_form(db, project_id, form_id)
    if found is None:
        return None
    return db.scalar(
        select(Submission).where(
            Submission.form_id == found[1].id, ~Submission.draft, Submission.instance_id == instance_id
        )
    )


def bring_record(db: Session, bringing: Bringing, coming: ComingRecord) -> None:
    """A record, or what came to it there since. What was changed here meanwhile stays as it is here."""
    submission = find_submission(db, bringing.project_id, coming.form_id, coming.instance_id)
    readings = read_versions(db, bringing, coming)
    if not readings:
        return
    before = bringing.report.came.total()
    if submission is None:
        submission = add_submission(db, bringing, coming, readings[0][1])
    elif was_changed_here(db, submission, coming):
        bringing.report.leave("submissions", f"{coming.form_id} {coming.instance_id}", "changed_here")
        return
    for version, asked, instance in readings:
        bring_version(db, bringing, submission, version, asked, instance)
    submission.review_state = coming.review_state if coming.review_state in STATES else None
    submission.updated_at = coming.updated_at
    bring_comments(db, bringing, submission, coming.comments)
    db.flush()
    if bringing.report.came.total() != before:
        work_out(db, bringing, submission)


def read_versions(db: Session, bringing: Bringing, coming: ComingRecord) -> list[tuple[RecordVersion, Asked, Instance]]:
    """The versions with what they answer; none at all where one of them cannot be kept: half a record is none."""
    found = []
    for version in coming.versions:
        which = f"{coming.form_id} {version.instance_id}"
        try:
            instance = read_instance(version.xml)
            asked = get_version(db, bringing.project_id, coming.form_id, instance.version)
        except FormError as error:
            bringing.report.leave("submissions", which, "unreadable", error.message)
            return []
        except (NotFound, FormVersionNotFound):
            bringing.report.leave("submissions", which, "no_version")
            return []
        found.append((version, asked, replace(instance, instance_id=version.instance_id)))
    return found


def was_changed_here(db: Session, submission: Submission, coming: ComingRecord) -> bool:
    """Deleted, corrected or looked at here since it came: what is newer here than there is no copy any more."""
    if submission.deleted_at is not None:
        return True
    known = set(
        db.scalars(select(SubmissionVersion.instance_id).where(SubmissionVersion.submission_id == submission.id))
    )
    if not known <= {one.instance_id for one in coming.versions}:
        return True
    reviewed = select(Audit.id).where(Audit.submission_id == submission.id, Audit.action == "submission.update")
    if db.scalar(reviewed.limit(1)) is not None:  # by somebody here, be it before or after it changed there
        return True
    ours, theirs = submission.updated_at, coming.updated_at
    return ours is not None and (theirs is None or ours > theirs)


def add_submission(db: Session, bringing: Bringing, coming: ComingRecord, asked: Asked) -> Submission:
    first = coming.versions[0]
    submission_id = insert_id(
        db,
        INSERT_SUBMISSION,
        project_id=asked.project.id,
        form_id=asked.form.id,
        draft=False,
        instance_id=coming.instance_id,
        submitter_id=actor_of(db, bringing, first.by, first.by_number),
        device_id=cut(first.device_id),
        user_agent=cut(first.user_agent),
        health=False,
        sealed=False,
        created_at=coming.created_at,
    )
    bringing.report.came["submissions"] += 1
    record(
        db,
        "submission.create",
        actor_id=None,
        project_id=asked.project.id,
        form_id=asked.form.id,
        submission_id=submission_id,
        details={"instanceId": coming.instance_id},
        now=bringing.now,
    )
    return db.get_one(Submission, submission_id)


def bring_version(
    db: Session,
    bringing: Bringing,
    submission: Submission,
    version: RecordVersion,
    asked: Asked,
    instance: Instance,
) -> None:
    known = db.scalar(
        select(SubmissionVersion).where(
            SubmissionVersion.submission_id == submission.id, SubmissionVersion.instance_id == version.instance_id
        )
    )
    files = tuple(stored_file(one.name, one.came) for one in version.files if one.came is not None)
    if known is not None:
        bringing.report.came["submission_files"] += sum(
            add_attachment(db, known.id, file, version.created_at) for file in files
        )
        return
    by = actor_of(db, bringing, version.by, version.by_number)
    told = (version.device_id, version.user_agent, version.created_at)
    item = Item(asked, instance, version.xml, files, by, *told)
    before = db.scalar(
        select(SubmissionVersion).where(SubmissionVersion.submission_id == submission.id, SubmissionVersion.is_current)
    )
    if before is not None:
        db.execute(update(SubmissionVersion).where(SubmissionVersion.id == before.id).values(is_current=False))
    version_id = insert_version(db, item, submission.id, before.instance_id if before is not None else None)
    start_attachments(db, version_id, names_of(item, version), files, version.created_at)
    bringing.report.came["submission_versions"] += 1
    bringing.report.came["submission_files"] += len(files)


def names_of(item: Item, version: RecordVersion) -> list[str]:
    """What the XML names, in its order, then what the other server expects beside it."""
    named = named_files(item.instance, item.asked.schema)
    return list(dict.fromkeys([*named, *(one.name for one in version.files)]))


def stored_file(name: str, came: CameFile) -> StoredFile:
    return StoredFile(name, came.content_type, came.stored)


def bring_comments(db: Session, bringing: Bringing, submission: Submission, comments: Sequence[Comment]) -> None:
    known = {
        (one.created_at, one.body)
        for one in db.scalars(select(SubmissionComment).where(SubmissionComment.submission_id == submission.id))
    }
    for one in sorted(comments, key=lambda one: one.created_at):
        by = actor_of(db, bringing, one.by, one.by_number)
        if by is None or (one.created_at, one.body) in known:
            continue
        db.add(SubmissionComment(submission_id=submission.id, actor_id=by, body=one.body, created_at=one.created_at))
        bringing.report.came["comments"] += 1


def work_out(db: Session, bringing: Bringing, submission: Submission) -> None:
    """Where it lies, by what it is found, and that quality looks at it."""
    version_id = db.scalar(
        select(SubmissionVersion.id).where(
            SubmissionVersion.submission_id == submission.id, SubmissionVersion.is_current
        )
    )
    assert version_id is not None, "a record has one current version"
    reading = read_again(db, version_id, bringing.now)
    run_deriver(db, "place", place_submission, reading)
    run_deriver(db, "answers", index_answers, reading)
    wait_for_look(db, submission.id)
