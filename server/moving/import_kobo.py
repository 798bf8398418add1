"""A form of KoboToolbox with its records, from files that Kobo's API gave (kobo_folder.py); run again, it takes what is new.

Of a record Kobo tells the newest version alone. Its number there (`_id`) is not kept: `_uuid` is the record's name on both sides.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forms.errors import FormError
from forms.instance import named_files, read_instance
from server.errors import Problem
from server.models import Blob, SubmissionAttachment, SubmissionComment, SubmissionVersion
from server.moving.bringing import TOGETHER, Bringing, Row, begin, end, in_batches
from server.moving.central_client import CameFile
from server.moving.checking import sha256_on_disk
from server.moving.forms import ComingVersion, bring_version
from server.moving.kobo_folder import (
    Folder,
    KoboUnusable,
    file_of,
    instance_id_of,
    kind_of,
    make_xml,
    state_of,
    time_of,
)
from server.moving.records import ComingRecord, Comment, RecordFile, RecordVersion, bring_record, find_submission
from server.moving.report import Digest
from server.publishing.definition import EXCEL_TYPES, Definition, definition_of_xml, with_version
from server.publishing.queries import list_versions
from server.publishing.versions import find_form


def import_kobo(bringing: Bringing, folder: Folder, into: int | None, dry_run: bool = False) -> None:
    """Brings the form, then its records. Raises KoboUnusable for a form that cannot be kept."""
    definition = read_form(folder)
    read = [read_row(bringing, folder, definition, row) for row in folder.rows]
    coming = [one for one in read if one is not None]
    count(bringing, folder, coming)
    if dry_run:
        return
    begin(bringing, "kobo", folder.uid, 0, {"name": folder.asset.get("name") or folder.uid}, into)
    bring_form(bringing, folder, definition, coming)
    bringing.progress(0, len(coming))
    for done, some in enumerate(in_batches(coming), start=1):
        bring_some(bringing, folder, some)
        bringing.progress(min(done * TOGETHER, len(coming)), len(coming))
    end(bringing)
    check(bringing, folder, coming)


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


class Coming:
    """A record of the export: what is written, and which version of the form it says that it answers."""

    def __init__(self, row: Row, record: ComingRecord, version: str, names: list[str]) -> None:
        self.row, self.record, self.version, self.names = row, record, version, names


def read_row(bringing: Bringing, folder: Folder, definition: Definition, row: Row) -> Coming | None:
    """A record with its files named; their bytes are fetched when it is written. None for one that cannot be kept."""
    instance_id, schema = instance_id_of(row), definition.xform.schema
    xml = folder.xml.get(instance_id)
    if xml is None:
        xml = make_xml(row, schema, folder.uid, definition.xform.version)
        bringing.report.leave("submissions", instance_id, "made_of_json")
    try:
        instance = read_instance(xml)
    except FormError as error:
        bringing.report.leave("submissions", instance_id, "unreadable", error.message)
        return None
    if row.get("meta/deprecatedID"):
        bringing.report.leave("submissions", instance_id, "only_newest")
    created = time_of(row.get("_submission_time"))
    if created is None:
        raise KoboUnusable(f"{instance_id}: _submission_time")
    who = row.get("_submitted_by") or None
    by = {"id": who, "displayName": who} if who else None
    told = (row.get("deviceid") or None, None, created)
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
        author = {"id": str(who), "displayName": str(who)} if who else by
        if told.get("note"):
            yield Comment(str(told["note"]), author, None, time_of(told.get("date_created")) or created)


def count(bringing: Bringing, folder: Folder, coming: list[Coming]) -> None:
    there = bringing.report.there
    there["forms"] = 1
    there["form_versions"] = len({one.version for one in coming} or {""})
    there["submissions"] = there["submission_versions"] = len(folder.rows)
    there["submission_files"] = sum(len(one.names) for one in coming)
    there["comments"] = sum(len(one.record.comments) for one in coming)


def bring_form(bringing: Bringing, folder: Folder, definition: Definition, coming: list[Coming]) -> None:
    """The form as it is, and once more under each older version that records answer: Kobo's export has no older ones."""
    first: dict[str, datetime] = {}
    for one in coming:
        first.setdefault(one.version, one.record.created_at)
    own = definition.xform.version
    told: dict[str, Any] = {"xmlFormId": folder.uid, "createdAt": folder.asset.get("date_created")}
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
    ready = [(one, with_files(bringing, folder, one)) for one in some]
    with bringing.transaction() as db:
        for one, record in ready:
            try:
                with db.begin_nested():
                    bring_record(db, bringing, record)
            except Problem as problem:
                bringing.report.leave("submissions", one.record.instance_id, "unreadable", problem.message)


def with_files(bringing: Bringing, folder: Folder, one: Coming) -> ComingRecord:
    files = []
    for name in one.names:
        path, came = file_of(folder, one.row, name), None
        if path is not None:
            with path.open("rb") as file:
                came = CameFile(bringing.store.put(file), kind_of(one.row, name), None)
        files.append(RecordFile(name, path is not None, came))
    return replace(one.record, versions=[replace(one.record.versions[0], files=files)])


def check(bringing: Bringing, folder: Folder, coming: list[Coming]) -> None:
    """Both sides: the export's bytes and what lies here now."""
    there, here, report = Digest(), Digest(), bringing.report
    with bringing.database.reading() as db:
        found = find_form(db, bringing.project_id, folder.uid)
        report.here["forms"] = 1 if found else 0
        report.here["form_versions"] = len(list_versions(db, found[1])) if found else 0
        for one in coming:
            check_one(db, bringing, folder, one, there, here)
    report.digests["submissions"] = there.value(), here.value()


def check_one(db: Session, bringing: Bringing, folder: Folder, one: Coming, there: Digest, here: Digest) -> None:
    report, instance_id = bringing.report, one.record.instance_id
    there.add(instance_id, hashlib.sha256(one.record.versions[0].xml).hexdigest())
    submission = find_submission(db, bringing.project_id, folder.uid, instance_id)
    if submission is None:
        return
    version = db.scalars(
        select(SubmissionVersion).filter_by(submission_id=submission.id, instance_id=instance_id)
    ).one()
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
