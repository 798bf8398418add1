"""A form of KoboToolbox with its records, from files that Kobo's API gave (kobo_folder.py); run again, it takes what is new.

Of a record Kobo tells the newest version alone. Its number there (`_id`) is not kept: `_uuid` is the record's name on both sides.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.errors import FormError
from forms.instance import named_files, read_instance
from forms.xform import hashes
from server.models import Blob, Submission, SubmissionAttachment, SubmissionComment, SubmissionVersion
from server.moving.bringing import ODD, TOGETHER, Bringing, Row, begin, end, in_batches
from server.moving.central_client import CameFile
from server.moving.checking import sha256_on_disk
from server.moving.forms import ComingVersion, bring_version
from server.moving.kobo_folder import (
    Folder,
    KoboUnusable,
    earlier_ids,
    file_of,
    instance_id_of,
    kind_of,
    make_xml,
    state_of,
    time_of,
)
from server.moving.records import ComingRecord, Comment, RecordFile, RecordVersion, bring_record
from server.moving.report import Digest, Report
from server.publishing.definition import EXCEL_TYPES, Definition, definition_of_xml, with_version
from server.publishing.queries import find_published, list_versions
from server.publishing.versions import find_form

NOBODY: Final = {"id": "", "displayName": ""}


class Coming:
    """A record of the export: what is written, and which version of the form it says that it answers."""

    def __init__(self, row: Row, record: ComingRecord, version: str, names: list[str]) -> None:
        self.row, self.record, self.version, self.names = row, record, version, names


def import_kobo(bringing: Bringing, folder: Folder, into: int | None) -> None:
    """Brings the form, then its records. Raises KoboUnusable for a form that cannot be kept, NotFound."""
    definition, coming = plan_kobo(bringing.report, folder)
    begin(bringing, "kobo", folder.uid, 0, {"name": str(folder.asset.get("name") or folder.uid)}, into)
    bring_form(bringing, folder, definition, coming)
    bringing.progress(0, len(coming))
    for done, some in enumerate(in_batches(coming), start=1):
        bring_some(bringing, folder, some)
        bringing.progress(min(done * TOGETHER, len(coming)), len(coming))
    end(bringing)
    check(bringing, folder, definition, coming)


def plan_kobo(report: Report, folder: Folder) -> tuple[Definition, list[Coming]]:
    """The form and the records that would come, counted in the report. Raises KoboUnusable for a form that cannot be kept."""
    definition = read_form(folder)
    read = [try_row(report, folder, definition, row) for row in folder.rows]
    coming = [one for one in read if one is not None]
    count(report, folder, coming)
    return definition, coming


def read_form(folder: Folder) -> Definition:
    try:
        definition = definition_of_xml(folder.xform)
    except FormError as error:
        raise KoboUnusable(f"asset.xml: {error.message}") from None
    if definition.xform.form_id != folder.uid:
        raise KoboUnusable(
            f"asset.xml 是另一张表单的 / asset.xml is of another form: {definition.xform.form_id}, {folder.uid}"
        )
    return definition


def try_row(report: Report, folder: Folder, definition: Definition, row: Row) -> Coming | None:
    """None and a line of the report for one that is not as Kobo writes them; it keeps no other one out."""
    try:
        return read_row(report, folder, definition, row)
    except ODD as error:
        report.leave("submissions", instance_id_of(row), "unreadable", type(error).__name__)
        return None


def read_row(report: Report, folder: Folder, definition: Definition, row: Row) -> Coming | None:
    """A record with its files named; their bytes are fetched when it is written. None for one that cannot be kept."""
    instance_id, schema = instance_id_of(row), definition.xform.schema
    xml = folder.xml.get(instance_id)
    if xml is None:
        xml = make_xml(row, schema, folder.uid, definition.xform.version)
        report.leave("submissions", instance_id, "made_of_json")
    try:
        instance = read_instance(xml)
    except FormError as error:
        report.leave("submissions", instance_id, "unreadable", error.message)
        return None
    if row.get("meta/deprecatedID"):
        report.leave("submissions", instance_id, "only_newest")
    created = time_of(row.get("_submission_time"))
    if created is None:
        report.leave("submissions", instance_id, "unreadable", "_submission_time")
        return None
    who = str(row.get("_submitted_by") or "")
    by = {"id": who, "displayName": who} if who else None
    told = (str(row.get("deviceid") or "") or None, None, created)
    version = RecordVersion(instance_id, xml, (), by, None, *told)
    record = ComingRecord(
        form_id=folder.uid,
        instance_id=instance_id,
        versions=[version],
        comments=list(read_notes(row, by, created)),
        review_state=state_of(row),
        created_at=created,
        updated_at=decided_at(row),
    )
    return Coming(row, record, instance.version, named_files(instance, schema))


def decided_at(row: Row) -> datetime | None:
    status = row.get("_validation_status")
    return time_of(status.get("timestamp")) if isinstance(status, dict) and status.get("timestamp") else None


def read_notes(row: Row, by: Row | None, created: datetime) -> Iterator[Comment]:
    for one in row.get("_notes") or ():
        told: dict[str, Any] = one if isinstance(one, dict) else {"note": one}
        who = told.get("owner") or told.get("created_by")
        author = {"id": str(who), "displayName": str(who)} if who else by or NOBODY
        if told.get("note"):
            yield Comment(str(told["note"]), author, None, time_of(told.get("date_created")) or created)


def count(report: Report, folder: Folder, coming: list[Coming]) -> None:
    """Also what is not whole in the export itself: then the import is not whole either."""
    there = report.there
    without_json = folder.xml.keys() - {instance_id_of(row) for row in folder.rows}
    for kind, some in (("no_json", sorted(without_json)), ("twice", folder.twice)):
        for instance_id in some:
            report.leave("submissions", instance_id, kind)
    number = len(folder.rows) + len(folder.twice) + len(without_json)
    if number < folder.announced:
        report.leave("submissions", folder.uid, "pages_missing", folder.announced - number)
    there["forms"] = 1
    there["form_versions"] = len({one.version for one in coming} or {""})
    there["submissions"] = there["submission_versions"] = max(number, folder.announced)
    there["submission_files"] = sum(len(one.names) for one in coming)
    there["comments"] = sum(len(one.record.comments) for one in coming)


def bring_form(bringing: Bringing, folder: Folder, definition: Definition, coming: list[Coming]) -> None:
    """The form as it is, and once more under each older version that records answer: Kobo's export has no older ones."""
    first: dict[str, datetime] = {}
    for one in coming:
        first.setdefault(one.version, one.record.created_at)
    own = definition.xform.version
    made_at = time_of(folder.asset.get("date_created"))
    told: dict[str, Any] = {"xmlFormId": folder.uid, "createdAt": made_at.isoformat() if made_at else None}
    if folder.asset.get("deployment__active") is False:
        told["state"] = "closed"
    newest = max([bringing.now, *first.values()])
    for version, at in first.items():
        if version != own:
            bringing.report.leave("form_versions", f"{folder.uid} {version}", "todays_definition")
            bring_one_version(bringing, folder, told, with_version(definition, version).xml, version, at, False)
    bring_one_version(bringing, folder, told, definition.xml, own, newest, True)
    bringing.report.there["form_versions"] = len({*first, own})


def bring_one_version(
    bringing: Bringing, folder: Folder, told: Row, xml: bytes, version: str, at: datetime, with_book: bool
) -> None:
    book = read_book(bringing, folder) if with_book else None
    with bringing.transaction() as db:
        bring_version(db, bringing, told, ComingVersion(version, xml, book, (), at, at, None))


def read_book(bringing: Bringing, folder: Folder) -> CameFile | None:
    if folder.workbook is None:
        return None
    kind = next(kind for kind, ending in EXCEL_TYPES.items() if folder.workbook.suffix == f".{ending}")
    with folder.workbook.open("rb") as file:
        return CameFile(bringing.store.put(file), kind, None)


def bring_some(bringing: Bringing, folder: Folder, some: list[Coming]) -> None:
    """Files first, onto the disk; then the records, each in a savepoint."""
    ready = [with_files(bringing, folder, one) for one in some]
    with bringing.transaction() as db:
        for one, record in zip(some, ready, strict=True):
            bringing.write_one(
                db, "submissions", record.instance_id, partial(bring_newest, db, bringing, one.row, record)
            )


def bring_newest(db: Session, bringing: Bringing, row: Row, coming: ComingRecord) -> None:
    """A record; one that was corrected there since becomes the next version of what came before under its earlier id."""
    submission = find_by_any_id(db, bringing.project_id, coming, row)
    if submission is not None:
        rows = db.scalars(
            select(SubmissionVersion).filter_by(submission_id=submission.id).order_by(SubmissionVersion.id)
        )
        coming = replace(
            coming, instance_id=submission.instance_id, versions=follow(list(rows), row, coming.versions[0])
        )
    bring_record(db, bringing, coming)


def find_by_any_id(db: Session, project_id: int, coming: ComingRecord, row: Row) -> Submission | None:
    found, own = find_form(db, project_id, coming.form_id), coming.versions[0].instance_id
    names = [own, *earlier_ids(row)]
    rows = db.execute(
        select(SubmissionVersion.instance_id, Submission)
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .where(
            SubmissionVersion.form_id == (found[1].id if found else 0),
            ~SubmissionVersion.draft,
            SubmissionVersion.instance_id.in_(names),
        )
    )
    by_id = dict(rows.all())
    return next((by_id[name] for name in names if name in by_id), None)


def follow(here: list[SubmissionVersion], row: Row, newest: RecordVersion) -> list[RecordVersion]:
    """All versions, those before as they are here; the newest alone where it does not follow what is current here."""
    ids = {newest.instance_id, *earlier_ids(row)}
    if not any(one.is_current and one.instance_id in ids for one in here):
        return [newest]
    before = [
        RecordVersion(one.instance_id, bytes(one.xml), (), None, None, one.device_id, one.user_agent, one.created_at)
        for one in here
        if one.instance_id != newest.instance_id
    ]
    return [*before, newest]


def with_files(bringing: Bringing, folder: Folder, one: Coming) -> ComingRecord:
    files = []
    for name in one.names:
        path, came = file_of(folder, one.row, name), None
        if path is not None:
            with path.open("rb") as file:
                came = CameFile(bringing.store.put(file), kind_of(one.row, name), None)
        files.append(RecordFile(name, path is not None, came))
    return replace(one.record, versions=[replace(one.record.versions[0], files=files)])


def check(bringing: Bringing, folder: Folder, definition: Definition, coming: list[Coming]) -> None:
    """Both sides: the export's bytes and what lies here now."""
    there, here, report = Digest(), Digest(), bringing.report
    with bringing.database.reading() as db:
        found = find_form(db, bringing.project_id, folder.uid)
        report.here["forms"] = 1 if found else 0
        report.here["form_versions"] = len(list_versions(db, found[1])) if found else 0
        kept = find_published(db, found[1], definition.xform.version) if found else None
        ours = hashes(bytes(kept.xml)).sha256 if kept else "missing"
        report.digests["forms"] = hashes(definition.xml).sha256, ours
        for one in coming:
            check_one(db, bringing, folder, one, there, here)
    if report.digests["forms"][0] != ours:
        report.leave("form_versions", f"{folder.uid} {definition.xform.version}", "differs")
    report.digests["submissions"] = there.value(), here.value()


def check_one(db: Session, bringing: Bringing, folder: Folder, one: Coming, there: Digest, here: Digest) -> None:
    report, instance_id = bringing.report, one.record.instance_id
    there.add(instance_id, hashlib.sha256(one.record.versions[0].xml).hexdigest())
    submission = find_by_any_id(db, bringing.project_id, one.record, one.row)
    version = db.scalar(
        select(SubmissionVersion).filter_by(submission_id=submission.id if submission else 0, instance_id=instance_id)
    )
    if submission is None or version is None:
        return
    report.here["submissions"] += 1
    report.here["submission_versions"] += 1
    report.here["comments"] += (
        db.scalar(select(func.count()).where(SubmissionComment.submission_id == submission.id)) or 0
    )
    here.add(instance_id, hashlib.sha256(bytes(version.xml)).hexdigest())
    stored = select(SubmissionAttachment.name, Blob.sha256).join(Blob, Blob.sha256 == SubmissionAttachment.blob_sha256)
    kept = dict(db.execute(stored.where(SubmissionAttachment.submission_version_id == version.id)).all())
    for name in one.names:
        path = file_of(folder, one.row, name)
        if path is None:
            report.there["submission_files"] -= 1
            report.leave("submission_files", f"{instance_id} {name}", "missing_file")
            continue
        with path.open("rb") as file:
            there.add(instance_id, name, hashlib.file_digest(file, "sha256").hexdigest())
        ours = sha256_on_disk(bringing.store, kept[name]) if name in kept else None
        here.add(instance_id, name, ours or "missing")
        report.here["submission_files"] += ours is not None
