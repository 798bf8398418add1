"""A form's records as files: CSV, an archive of CSV and media, GeoJSON. Facts: odk-contract.md sections 8 and 9."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from forms.schema import FormSchema
from server.access.allow import scope_of
from server.access.audit import record
from server.access.projects import get_project
from server.access.reading_log import Read, is_logged, write_reads
from server.errors import BadQuerySet, NotFound
from server.intake.export_files import schemas_by_version
from server.models import Form, FormVersion
from server.publishing.versions import SCHEMAS
from server.reports.choices_seen import see_choices
from server.reports.csv_rows import CsvOptions, start_export, union_of, write_table
from server.reports.csv_zip import LINES_TOGETHER, Archive, safe_name
from server.reports.geojson import features_of, spots_of, write_collection
from server.reports.making import folder_to_make_in
from server.reports.odata_fields import Names
from server.reports.odata_filter import asks_for_now, read_filter
from server.reports.odata_nodes import Node
from server.reports.queries import EXPORT, has_record, read_change_mark, read_schemas, take_snapshot
from server.reports.records import Source
from server.reports.table import ROOT, FormTable, tables_of
from server.reports.xlsx import write_workbook
from server.web.central.door import CentralDoor
from server.web.central.loading import load_form
from server.web.files import disposition
from server.web.readings import note_records_read
from server.web.session import SAFE, blobs, caller, config, database, now, reading
from server.web.streams import CHUNK_BYTES, stream

exports = CentralDoor("exports")
FORM = "/projects/<int:project_id>/forms/<form_id>"
PUBLISHED, DRAFT = FORM + "/submissions", FORM + "/draft/submissions"
CSV_TYPE = "text/csv; charset=utf-8"
ZIP_TYPE = "application/zip"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON_TYPE = "application/json; charset=utf-8"
Pieces = Callable[[Session], Iterator[bytes]]


def load_source(project_id: int, form_id: str, draft: bool) -> tuple[Form, Source]:
    project, form = load_form(reading(), caller(), "submission.read", project_id, form_id)
    return form, Source(form.id, scope_of(caller(), project), draft)


def schema_of_form(form: Form, draft: bool, with_deleted: bool) -> FormSchema:
    """The fields of the form as it is, perhaps with those that it once had. Raises NotFound where nothing is published."""
    version_id = form.draft_version_id if draft else form.current_version_id
    version = reading().get(FormVersion, version_id) if version_id is not None else None
    if version is None:
        raise NotFound()
    schema = SCHEMAS.get(reading(), version.id, version.sha256)
    return union_of([schema, *read_schemas(reading(), form.id)]) if with_deleted else schema


def option(name: str, default: bool = False) -> bool:
    """A switch of the query or, as ruODK may send it, of the form's body: true and false in any case."""
    text = option_text(name).lower()
    return text == "true" or (default and text != "false")


def option_text(name: str) -> str:
    return request.args.get(name) or request.form.get(name) or ""


def read_options(root: FormTable) -> CsvOptions:
    """Raises what is wrong with `$filter`."""
    return CsvOptions(
        group_paths=option("groupPaths", default=True),
        split_selects=option("splitSelectMultiples"),
        deleted_fields=option("deletedFields"),
        guarded=option("guard", default=True),
        bom=option("bom"),
        filter=filter_of(root),
    )


def filter_of(root: FormTable) -> Node | None:
    text = option_text("$filter").strip()
    return read_filter(text, Names(root).resolve, now()) if text else None


@exports.route(PUBLISHED + ".csv", methods=["GET", "POST"])
@exports.route(DRAFT + ".csv", methods=["GET", "POST"], defaults={"draft": True}, endpoint="export_draft_csv")
def export_csv(project_id: int, form_id: str, draft: bool = False) -> Response:
    """The records alone; what repeats hold is in the archive."""
    form, source = load_source(project_id, form_id, draft)
    tables = tables_of(schema_of_form(form, draft, option("deletedFields")))
    options = read_options(tables[ROOT])

    def pieces(session: Session) -> Iterator[bytes]:
        take_snapshot(session)
        export, root = start_export(session, source, options), tables[ROOT]
        lines = write_table(export, root, see_choices(export, [root]).get(ROOT, {}))
        while text := "".join(islice(lines, LINES_TOGETHER)):
            yield text.encode()

    return send_export(form, source, pieces, CSV_TYPE, f"{safe_name(form.xml_form_id)}.csv")


@exports.route(PUBLISHED + ".csv.zip", methods=["GET", "POST"])
@exports.route(DRAFT + ".csv.zip", methods=["GET", "POST"], defaults={"draft": True}, endpoint="export_draft_zip")
def export_zip(project_id: int, form_id: str, draft: bool = False) -> Response:
    form, source = load_source(project_id, form_id, draft)
    tables = tables_of(schema_of_form(form, draft, option("deletedFields")))
    options, with_files = read_options(tables[ROOT]), option("attachments", default=True)
    store, at, whole = blobs(), now(), get_project(reading(), project_id).keeps_photo_metadata

    def pieces(session: Session) -> Iterator[bytes]:
        take_snapshot(session)
        export = start_export(session, source, options)
        yield from Archive(export, tables, form.xml_form_id, store, with_files, at, whole).write()

    ending = ".zip" if with_files else ".csv.zip"
    return send_export(form, source, pieces, ZIP_TYPE, safe_name(form.xml_form_id) + ending, first_alone=True)


@exports.route(PUBLISHED + ".xlsx", methods=["GET", "POST"])
@exports.route(DRAFT + ".xlsx", methods=["GET", "POST"], defaults={"draft": True}, endpoint="export_draft_xlsx")
def export_xlsx(project_id: int, form_id: str, draft: bool = False) -> Response:
    """A sheet for each table. A workbook cannot leave before it is whole, so it waits in a file without a name."""
    form, source = load_source(project_id, form_id, draft)
    tables = tables_of(schema_of_form(form, draft, option("deletedFields")))
    options, data_dir = read_options(tables[ROOT]), config().data_dir

    def pieces(session: Session) -> Iterator[bytes]:
        take_snapshot(session)
        with folder_to_make_in(data_dir) as folder:
            whole = folder / "export.xlsx"
            write_workbook(start_export(session, source, options), tables.values(), whole)
            file = whole.open("rb")
        with file:  # its name is gone: whoever ends the server here leaves nothing
            yield from iter(lambda: file.read(CHUNK_BYTES), b"")

    return send_export(form, source, pieces, XLSX_TYPE, f"{safe_name(form.xml_form_id)}.xlsx")


def send_export(
    form: Form, source: Source, pieces: Pieces, content_type: str, name: str, first_alone: bool = False
) -> Response:
    """The file, or 304 when the caller has it. That it was taken is written down before the first byte leaves."""
    mark = entity_tag(source) if request.method in SAFE else None
    if mark is not None and request.if_none_match.contains_weak(mark):
        return marked(Response(status=304), mark)
    response = stream(pieces, content_type, first_alone)
    note_export(form)
    response.headers["Content-Disposition"] = disposition("attachment", name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return marked(response, mark)


def note_export(form: Form, details: dict[str, Any] | None = None) -> None:
    """In a care project also among what was read there. `details` are ids and counts, never an answer."""
    project = get_project(reading(), form.project_id)
    with database().transaction() as db:
        if is_logged(project):
            write_reads(db, [Read(EXPORT, caller(), project.id, now(), form_id=form.id, details=details or {})])
        else:
            upon = {"project_id": project.id, "form_id": form.id, "details": details}
            record(db, EXPORT, actor_id=caller().actor_id, now=now(), **upon)


def entity_tag(source: Source) -> str | None:
    """Told by the question and by what was last done to the form; none for what asks for `now()`."""
    if asks_for_now(option_text("$filter")):
        return None
    whole = get_project(reading(), source.scope.project_id).keeps_photo_metadata
    seen = (request.full_path, sorted(request.form.items()), read_change_mark(reading(), source), whole)
    return sha256(repr(seen).encode()).hexdigest()[:40]


def marked(response: Response, mark: str | None) -> Response:
    if mark is not None:
        response.set_etag(mark, weak=True)
    return response


@exports.get(PUBLISHED + ".geojson")
@exports.get(DRAFT + ".geojson", defaults={"draft": True}, endpoint="draft_map")
@exports.get(PUBLISHED + "/<instance_id>.geojson", endpoint="one_on_map")
@exports.get(DRAFT + "/<instance_id>.geojson", defaults={"draft": True}, endpoint="one_of_draft_on_map")
@exports.get(PUBLISHED + "/<instance_id>/versions/<version_id>.geojson", endpoint="version_on_map")
@exports.get(DRAFT + "/<instance_id>/versions/<version_id>.geojson", defaults={"draft": True}, endpoint="draft_version")
def get_map(project_id: int, form_id: str, draft: bool = False, **ids: str) -> Response:
    """All records, or one (perhaps as it once was): each with its own point of this form and nothing from elsewhere."""
    form, source = load_source(project_id, form_id, draft)
    instance_id = ids.get("instance_id")
    source = replace(source, instance_id=instance_id, version_id=ids.get("version_id"))
    if instance_id is not None and not has_record(reading(), source):
        raise NotFound()
    field_path = read_field_path()
    tables = tables_of(schema_of_form(form, draft, with_deleted=False))
    wanted = filter_of(tables[ROOT])

    def pieces(session: Session) -> Iterator[bytes]:
        take_snapshot(session)
        export = start_export(session, source, CsvOptions(filter=wanted))
        spot_of = spots_of(schemas_by_version(session), field_path)
        yield from write_collection(features_of(export.values(tables[ROOT]), spot_of))

    mark = entity_tag(source)
    if mark is not None and request.if_none_match.contains_weak(mark):
        return marked(Response(status=304), mark)
    note_records_read(get_project(reading(), project_id), source, form.xml_form_id)
    return marked(stream(pieces, JSON_TYPE), mark)


def read_field_path() -> str | None:
    """`?fieldpath=/group/gps`. Raises BadQuerySet (400.41) for more than one."""
    paths = request.args.getlist("fieldpath")
    if len(paths) > 1:
        raise BadQuerySet(field="fieldpath")
    return paths[0] if paths and paths[0] else None
