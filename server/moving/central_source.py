"""What a Central-compatible server has of one project, read in the shapes that the writers take (forms, lists, records)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

from server.blobs import BlobStore
from server.moving.bringing import Row, read_time
from server.moving.central_client import CameFile, CentralClient, SourceRefuses, as_rows, path_of
from server.moving.forms import ComingVersion, FormFile
from server.moving.lists import ComingEntity
from server.moving.records import ComingRecord, Comment, RecordFile, RecordVersion
from server.moving.report import Report
from server.publishing.definition import EXCEL_TYPES

NO_VERSION: Final = "___"  # stands in an address for a version that is empty
GONE: Final = 404
FAILED: Final = (401, 500)

T = TypeVar("T")


class CentralSource:
    """One project there. Nothing of it is remembered but what the caller keeps."""

    def __init__(self, client: CentralClient, project: int, report: Report) -> None:
        self.client, self.project, self.report = client, project, report
        self.root = path_of("projects", project)

    def form_path(self, form_id: str, *more: object) -> str:
        return self.root + path_of("forms", form_id, *more)

    def list_of(self, path: str, **query: object) -> list[Row]:
        """A list that may be refused or unknown to an older server: then it is empty, and the report says so.

        Raises SourceRefuses where it failed there: what is written must not go by a list that only seems empty.
        """
        try:
            return list(as_rows(self.client.find_json(path, **query) or []))
        except SourceRefuses as refused:
            if refused.status in FAILED:
                raise
            self.report.leave("api", path, "refused", refused)
            return []

    def told(self) -> Row:
        """What is said of the project itself. Raises SourceRefuses, also for what is none."""
        told: Row = self.client.get_json(self.root)
        if not isinstance(told, dict) or not isinstance(told.get("name"), str):
            raise SourceRefuses(200, "", "what it answers is no project: is it a Central?")
        return told

    def forms(self) -> list[Row]:
        return list(as_rows(self.client.get_json(self.root + "/forms")))

    def published(self, form_id: str) -> list[Row]:
        """The versions of a form that were published, the oldest first."""
        rows = as_rows(self.client.find_json(self.form_path(form_id, "versions")) or [])
        return sorted(rows, key=lambda row: (row.get("publishedAt") or "", row.get("createdAt") or ""))

    def draft(self, form_id: str) -> Row | None:
        found: Row | None = self.client.find_json(self.form_path(form_id, "draft"))
        return found

    def read_version(self, form_id: str, told: Row, store: BlobStore) -> ComingVersion:
        """A version, or the draft where it was never published."""
        where = self.version_path(form_id, told)
        return ComingVersion(
            version=told["version"],
            xml=self.client.get_bytes(where + ".xml").body,
            workbook=self.read_workbook(where, told, store),
            files=[self.read_form_file(where, one, store) for one in self.list_of(where + "/attachments")],
            created_at=read_time(told.get("createdAt")),
            published_at=read_time(told.get("publishedAt")),
            by=told.get("publishedBy") or told.get("createdBy"),
        )

    def version_path(self, form_id: str, told: Row) -> str:
        if not told.get("publishedAt"):
            return self.form_path(form_id, "draft")
        return self.form_path(form_id, "versions", told["version"] or NO_VERSION)

    def read_workbook(self, where: str, told: Row, store: BlobStore) -> CameFile | None:
        kind = told.get("excelContentType")
        if kind not in EXCEL_TYPES:
            return None
        try:
            came = self.client.fetch(f"{where}.{EXCEL_TYPES[kind]}", store)
        except SourceRefuses as refused:
            if refused.status in FAILED:
                raise
            self.report.leave("form_files", where, "refused", refused)
            return None
        return CameFile(came.stored, kind, came.etag)

    def read_form_file(self, where: str, told: Row, store: BlobStore) -> FormFile:
        name, came = told["name"], None
        linked = told.get("datasetExists") and not told.get("blobExists")
        if told.get("blobExists", told.get("exists")) and not linked:
            came = self.fetch_or_say("form_files", where + path_of("attachments", name), store)
        dataset = name.removesuffix(".csv") if linked else None
        return FormFile(name, came, dataset, read_time(told.get("updatedAt")))

    def fetch_or_say(self, kind: str, path: str, store: BlobStore) -> CameFile | None:
        """A file; None and a line of the report where it is listed there but not given."""
        try:
            came = self.client.fetch(path, store)
        except SourceRefuses as refused:
            if refused.status == 401:
                raise
            self.report.leave(kind, path, "missing_file", refused)
            return None
        if came.etag is not None and len(came.etag) == len(came.stored.md5) and came.etag != came.stored.md5:
            self.report.leave(kind, path, "differs")
        return came

    def records(self, form_id: str) -> list[Row]:
        """What its list tells of each record, the oldest first."""
        rows = {row["instanceId"]: row for row in self.client.get_pages(self.form_path(form_id, "submissions"))}
        return sorted(rows.values(), key=lambda row: str(row["createdAt"]))

    def read_record(self, form_id: str, told: Row, store: BlobStore | None) -> ComingRecord:
        """A record with all its versions. Without a store its files are only named."""
        where = self.form_path(form_id, "submissions", told["instanceId"])
        if told["currentVersion"]["instanceId"] == told["instanceId"]:  # never corrected
            current = {**told["currentVersion"], "submitter": told.get("submitter")}
            versions: Sequence[Row] = [current]
        else:
            rows = self.client.get_json(where + "/versions")
            versions = sorted(rows, key=lambda row: (row["current"], str(row["createdAt"])))
        return ComingRecord(
            form_id=form_id,
            instance_id=told["instanceId"],
            versions=[self.read_record_version(where, one, store) for one in versions],
            comments=[read_comment(one) for one in self.client.get_json(where + "/comments")],
            review_state=told.get("reviewState"),
            created_at=must_have(told["createdAt"]),
            updated_at=read_time(told.get("updatedAt")),
        )

    def try_version(self, form_id: str, told: Row, store: BlobStore) -> ComingVersion | SourceRefuses:
        """As `read_version`; one that is refused keeps no other one out."""
        which = f"{form_id} {told.get('version')}"
        return self.attempt("form_versions", which, lambda: self.read_version(form_id, told, store))

    def try_record(self, form_id: str, told: Row, store: BlobStore | None) -> ComingRecord | SourceRefuses:
        """As `read_record`; one that is refused keeps no other one out."""
        which = f"{form_id} {told['instanceId']}"
        return self.attempt("submissions", which, lambda: self.read_record(form_id, told, store))

    def try_entity(self, name: str, told: Row) -> ComingEntity | SourceRefuses:
        return self.attempt("entities", f"{name} {told['uuid']}", lambda: self.read_entity(name, told))

    def attempt(self, kind: str, which: str, read: Callable[[], T]) -> T | SourceRefuses:
        """Raises SourceRefuses where nothing more will be given to this account. What was deleted a moment ago is only gone."""
        try:
            return read()
        except SourceRefuses as refused:
            if refused.status in (401, 403):
                raise
            found = refused
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as odd:
            found = SourceRefuses(200, "", f"it answers otherwise than Central does: {type(odd).__name__}")
        if found.status != GONE:
            self.report.leave(kind, which, "refused", found)
        return found

    def read_record_version(self, record: str, told: Row, store: BlobStore | None) -> RecordVersion:
        where = record + path_of("versions", told["instanceId"])
        files = [
            RecordFile(one["name"], bool(one.get("exists")), self.fetch_file(where, one, store))
            for one in self.client.get_json(where + "/attachments")
        ]
        return RecordVersion(
            instance_id=told["instanceId"],
            xml=self.client.get_bytes(where + ".xml").body,
            files=files,
            by=told.get("submitter"),
            by_number=told.get("submitterId"),
            device_id=told.get("deviceId"),
            user_agent=told.get("userAgent"),
            created_at=must_have(told["createdAt"]),
        )

    def fetch_file(self, where: str, told: Row, store: BlobStore | None) -> CameFile | None:
        if store is None or not told.get("exists"):
            return None
        return self.fetch_or_say("submission_files", where + path_of("attachments", told["name"]), store)

    def datasets(self) -> list[Row]:
        """Each entity list with its properties."""
        return [self.client.get_json(self.list_path(one["name"])) for one in self.list_of(self.root + "/datasets")]

    def list_path(self, name: str, *more: object) -> str:
        return self.root + path_of("datasets", name, *more)

    def entities(self, name: str) -> list[Row]:
        """What the list tells of each, the oldest first. Central gives all at once."""
        rows = as_rows(self.client.get_json(self.list_path(name, "entities")))
        return sorted(rows, key=lambda row: str(row["createdAt"]))

    def read_entity(self, name: str, told: Row) -> ComingEntity:
        rows: Iterable[dict[str, Any]] = self.client.get_json(
            self.list_path(name, "entities", told["uuid"], "versions")
        )
        return ComingEntity(told, sorted(rows, key=lambda row: int(row["version"])))


def read_comment(told: Row) -> Comment:
    return Comment(told["body"], told.get("actor"), told.get("actorId"), must_have(told["createdAt"]))


def must_have(told: object) -> Any:
    at = read_time(told)
    if at is None:
        raise SourceRefuses(200, "", f"{told!r} is no time")
    return at
