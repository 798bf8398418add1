"""Both sides compared at the end: how many of each, and whether the bytes are the same.

XML is read there once more. Of a file the other server is asked whether it is still the one with these bytes (its ETag is their
MD5), and here it is read from the disk to its end, so that its SHA-256 is that of what lies there.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.errors import FormError
from forms.xform import clean_xform, hashes
from server.blobs import BlobStore, FileDamaged
from server.models import (
    Blob,
    EntityVersion,
    Form,
    FormAttachment,
    FormVersion,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionVersion,
)
from server.moving.bringing import Bringing, Row, in_batches
from server.moving.central_client import SourceRefuses, path_of
from server.moving.central_source import GONE, CentralSource
from server.moving.checking_access import check_access
from server.moving.comparison import Comparison
from server.moving.lists import ComingEntity, data_of, find
from server.moving.records import ComingRecord, RecordVersion, find_submission
from server.publishing.versions import find_form
from server.registry.lists import find_dataset


def check(bringing: Bringing, source: CentralSource) -> None:
    """Fills in the report's counts and digests; its progress is told as that of the records before."""
    both = Comparison(bringing, source)
    forms = source.forms()
    for form in forms:
        check_form(both, form)
    both.finish("forms")
    check_access(both, forms)
    both.finish("access")
    records = [(one["xmlFormId"], source.records(one["xmlFormId"])) for one in forms if one.get("publishedAt")]
    lists = [(one["name"], source.entities(one["name"])) for one in source.datasets()]
    both.begin(sum(len(rows) for _, rows in [*records, *lists]))
    for form_id, rows in records:
        check_records(both, form_id, rows)
    both.finish("submissions")
    for name, rows in lists:
        check_list(both, name, rows)
    both.finish("entities")


def check_form(both: Comparison, told: Row) -> None:
    form_id = told["xmlFormId"]
    with both.bringing.database.reading() as db:
        found = find_form(db, both.bringing.project_id, form_id)
        both.count("forms", 1, 1 if found else 0)
        versions = both.source.published(form_id) if told.get("publishedAt") else []
        draft = both.source.draft(form_id)
        form = found[1] if found else None
        for one in [*versions, *([{**draft, "publishedAt": None}] if draft else [])]:
            check = partial(check_form_version, db, both, form_id, one, form)
            refused = both.source.attempt("form_versions", f"{form_id} {one.get('version')}", check)
            both.count("form_versions", refused is not None and refused.status != GONE, 0)


def check_form_version(db: Session, both: Comparison, form_id: str, told: Row, form: Form | None) -> None:
    path = both.source.version_path(form_id, told)
    theirs = both.source.client.get_bytes(path + ".xml").body
    with suppress(FormError):  # one that cannot be kept was said when it came
        theirs = clean_xform(theirs)
    published = FormVersion.published_at.is_not(None) & (FormVersion.version == told["version"])
    wanted = published if told.get("publishedAt") else FormVersion.id == (form.draft_version_id if form else None)
    version = db.scalar(select(FormVersion).where(FormVersion.form_id == form.id, wanted)) if form else None
    ours = bytes(version.xml) if version is not None else b""
    both.count("form_versions", 1, 1 if version is not None else 0)
    both.there.add(form_id, told["version"], hashes(theirs).sha256)
    both.here.add(form_id, told["version"], hashes(ours).sha256)
    if theirs != ours:
        both.differ("form_versions", f"{form_id} {told['version']}".strip())
    files = [one for one in both.source.list_of(path + "/attachments") if one.get("blobExists")]
    rows = select(FormAttachment.name, Blob).join(Blob, Blob.sha256 == FormAttachment.blob_sha256)
    here = dict(db.execute(rows.where(FormAttachment.form_version_id == version.id)).all()) if version else {}
    for one in files:
        check_file(both, "form_files", f"{form_id} {told['version']}", path, one["name"], here.get(one["name"]))


def check_file(both: Comparison, kind: str, which: str, path: str, name: str, blob: Blob | None) -> None:
    """`which` names what it belongs to, `path` leads there."""
    ours = sha256_on_disk(both.bringing.store, blob.sha256) if blob is not None else None
    both.count(kind, 1, 1 if ours else 0)
    same = is_same(both, path + path_of("attachments", name), blob) if blob is not None else False
    if same is None:  # it does not tell: what came when it came must do
        same = ours is not None
    both.there.add(which, name, ours if same else "")
    both.here.add(which, name, ours or "missing")
    if not same or ours is None:
        both.differ(kind, f"{which} {name}")


def is_same(both: Comparison, path: str, blob: Blob) -> bool | None:
    try:
        return both.source.client.is_same(path, blob.md5)
    except SourceRefuses:
        return False


def sha256_on_disk(store: BlobStore, sha256: str) -> str | None:
    """None where the file is gone or is not what it was."""
    try:
        with store.open_whole(sha256, to_the_end=True):
            return sha256
    except FileDamaged:
        return None


def check_records(both: Comparison, form_id: str, rows: Sequence[Row]) -> None:
    for some in in_batches(rows):
        coming = both.source.client.in_parallel(lambda row: both.source.try_record(form_id, row, None), some)
        with both.bringing.database.reading() as db:
            for one in coming:
                if isinstance(one, SourceRefuses):
                    both.count("submissions", one.status != GONE, 0)
                else:
                    check_record(db, both, one)
        both.go_on(len(some))


def check_record(db: Session, both: Comparison, coming: ComingRecord) -> None:
    submission = find_submission(db, both.bringing.project_id, coming.form_id, coming.instance_id)
    both.count("submissions", 1, 1 if submission else 0)
    comments = select(func.count()).where(SubmissionComment.submission_id == (submission.id if submission else 0))
    here = db.scalar(comments) or 0
    both.count("comments", len(coming.comments), here)
    which = f"{coming.form_id} {coming.instance_id}"
    if submission is not None and len(coming.comments) > here:
        both.report.leave("comments", which, "thorough")
    theirs, ours = head_of(coming), head_of_ours(submission) if submission else (coming.instance_id, "missing")
    both.there.add(*theirs)
    both.here.add(*ours)
    if theirs != ours:
        both.differ("submissions", which)
    for version in coming.versions:
        check_record_version(db, both, coming, version, submission)


def head_of(coming: ComingRecord) -> tuple[object, ...]:
    return coming.instance_id, coming.review_state, coming.created_at, coming.updated_at


def head_of_ours(one: Submission) -> tuple[object, ...]:
    return one.instance_id, one.review_state, one.created_at, one.updated_at


def check_record_version(
    db: Session, both: Comparison, coming: ComingRecord, version: RecordVersion, submission: Submission | None
) -> None:
    row = db.scalar(
        select(SubmissionVersion).where(
            SubmissionVersion.submission_id == (submission.id if submission else 0),
            SubmissionVersion.instance_id == version.instance_id,
        )
    )
    which = f"{coming.form_id} {version.instance_id}"
    both.count("submission_versions", 1, 1 if row else 0)
    there, ours = hashes(version.xml).sha256, hashes(bytes(row.xml)).sha256 if row else "missing"
    both.there.add(which, there, version.device_id, version.user_agent, version.created_at)
    both.here.add(which, ours, *((row.device_id, row.user_agent, row.created_at) if row else ()))
    if there != ours:
        both.differ("submission_versions", which)
    check_record_files(db, both, coming, version, row)


def check_record_files(
    db: Session, both: Comparison, coming: ComingRecord, version: RecordVersion, row: SubmissionVersion | None
) -> None:
    stored = (
        select(SubmissionAttachment.name, Blob)
        .join(Blob, Blob.sha256 == SubmissionAttachment.blob_sha256)
        .where(SubmissionAttachment.submission_version_id == (row.id if row else 0), SubmissionAttachment.copy == 0)
    )
    here = dict(db.execute(stored).all())
    path = both.source.form_path(coming.form_id, "submissions", coming.instance_id, "versions", version.instance_id)
    for one in version.files:
        if one.exists:
            which = f"{coming.form_id} {version.instance_id}"
            check_file(both, "submission_files", which, path, one.name, here.get(one.name))


def check_list(both: Comparison, name: str, rows: Sequence[Row]) -> None:
    for some in in_batches(rows):
        coming = both.source.client.in_parallel(lambda row: both.source.try_entity(name, row), some)
        with both.bringing.database.reading() as db:
            for one in coming:
                if isinstance(one, SourceRefuses):
                    both.count("entities", one.status != GONE, 0)
                else:
                    check_entity(db, both, name, one)
        both.go_on(len(some))
    with both.bringing.database.reading() as db:
        both.count("datasets", 1, 1 if find_dataset(db, both.bringing.project_id, name) else 0)


def check_entity(db: Session, both: Comparison, name: str, coming: ComingEntity) -> None:
    dataset = find_dataset(db, both.bringing.project_id, name)
    entity = find(db, dataset, coming.told["uuid"]) if dataset else None
    both.count("entities", 1, 1 if entity else 0)
    theirs = [(one["version"], one["label"], sorted(data_of(one).items())) for one in coming.versions]
    rows = select(EntityVersion).where(EntityVersion.entity_id == (entity.id if entity else 0))
    rows = rows.order_by(EntityVersion.version)
    ours = db.scalars(rows).all()
    both.count("entity_versions", len(coming.versions), len(ours))
    kept = [(row.version, row.label, sorted(told_data(row).items())) for row in ours]
    for digest, lines in ((both.there, theirs), (both.here, kept)):
        for line in lines:
            digest.add(name, coming.told["uuid"], *line)
    if theirs != kept:
        both.differ("entities", f"{name} {coming.told['uuid']}")


def told_data(row: EntityVersion) -> dict[str, str]:
    data: dict[str, str] = orjson.loads(row.data_json)
    return data
