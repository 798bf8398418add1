"""A form's records as OData 4.0: odk-contract.md section 7. Excel, Power BI, R and pyODK read here."""

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote

from flask import Response, current_app, request
from sqlalchemy.orm import Session

from server.access.allow import scope_of
from server.access.projects import get_project
from server.errors import NotAcceptable, NotFound, Problem
from server.models import Form, FormVersion
from server.publishing.versions import SCHEMAS
from server.reports.odata import Pinned, count_rows, read_page
from server.reports.odata_filter import asks_for_now
from server.reports.odata_options import Question, read_question
from server.reports.outlines import Outlines
from server.reports.queries import has_record, read_change_mark, take_snapshot
from server.reports.records import Source
from server.reports.table import ROOT, FormTable, tables_of
from server.web import errors
from server.web.addresses import SLASH_INSIDE
from server.web.blueprints import Door
from server.web.central.door import add_headers
from server.web.central.loading import load_form
from server.web.plain_text import is_plain
from server.web.readings import note_records_read
from server.web.session import caller, now, own_url, reading
from server.web.streams import stream
from server.web.wire import central_json, odata_json, odata_xml

odata = Door("odata", tongue="odata", url_prefix="/v1")
odata.after_request(add_headers)
SERVICE = "/projects/<int:project_id>/forms/<form_id>.svc"
DRAFT = "/projects/<int:project_id>/forms/<form_id>/draft.svc"
JSON_TYPE = "application/json; charset=utf-8; odata.metadata=minimal"
_KEYED = re.compile(r"(.+?)\('(.*)'\)", re.DOTALL)


class Service(NamedTuple):
    """One form's service: its address, its tables, and whose records they show."""

    form: Form
    version: FormVersion
    base: str
    tables: dict[str, FormTable]
    source: Source


class Asked(NamedTuple):
    """What an address and its query come to."""

    service: Service
    table: FormTable
    source: Source
    pinned: Pinned
    question: Question


@odata.get(SERVICE)
@odata.get(DRAFT, defaults={"draft": True}, endpoint="get_draft_service")
def get_service(project_id: int, form_id: str, draft: bool = False) -> Response:
    check_format("json")
    service = load_service(project_id, form_id, draft)
    response = central_json.reply(odata_json.service_document(service.base, service.tables))
    response.content_type = JSON_TYPE
    return response


@odata.get(SERVICE + "/$metadata")
@odata.get(DRAFT + "/$metadata", defaults={"draft": True}, endpoint="get_draft_metadata")
def get_metadata(project_id: int, form_id: str, draft: bool = False) -> Response:
    check_format("xml")
    service = load_service(project_id, form_id, draft)
    content = odata_xml.metadata(service.form.xml_form_id, service.tables.values())
    return Response(content, content_type=odata_xml.XML_TYPE)


@odata.get(SERVICE + "/<path:below>")
@odata.get(DRAFT + "/<path:below>", defaults={"draft": True}, endpoint="get_draft_table")
def get_table(project_id: int, form_id: str, draft: bool = False, **_below: str) -> Response:
    """A table, or what is below one record of it."""
    check_format("json")
    service = load_service(project_id, form_id, draft)
    table, source, pinned = find_place(service, segments_of_request(draft))
    asked = Asked(service, table, source, pinned, read_question(table, request.args.to_dict(), now()))
    if source.instance_id is not None and not has_record(reading(), source):
        raise NotFound()
    return answer(asked, address_of_request(service, draft))


def load_service(project_id: int, form_id: str, draft: bool) -> Service:
    """Raises NotFound also where nothing is published, or there is no draft."""
    project, form = load_form(reading(), caller(), "submission.read", project_id, form_id)
    version_id = form.draft_version_id if draft else form.current_version_id
    version = reading().get(FormVersion, version_id) if version_id is not None else None
    if version is None:
        raise NotFound()
    name = f"{quote(form.xml_form_id, safe='')}{'/draft' if draft else ''}.svc"
    return Service(
        form,
        version,
        f"{own_url()}/projects/{project.id}/forms/{name}",
        tables_of(SCHEMAS.get(reading(), version.id, version.sha256)),
        Source(form.id, scope_of(caller(), project), draft),
    )


def segments_of_request(draft: bool) -> list[str]:
    """The address's segments behind `.svc`, told apart before an encoded slash became one."""
    parts = request.path.rstrip("/").split("/")[7 if draft else 6 :]
    return [part.replace(SLASH_INSIDE, "/") for part in parts]


def find_place(service: Service, segments: list[str]) -> tuple[FormTable, Source, Pinned]:
    """`Submissions.member`, `Submissions('…')`, `Submissions('…')/group/member('…')/toy`. Raises NotFound."""
    if len(segments) == 1 and segments[0] in service.tables:
        return service.tables[segments[0]], service.source, Pinned()
    names: list[str] = []
    ids: dict[str, str] = {}
    for segment in segments:
        match = _KEYED.fullmatch(segment)
        names.append(match[1] if match else segment)
        if match:
            ids[".".join(names)] = match[2].replace("''", "'")
    table = service.tables.get(".".join(names))
    if table is None or ROOT not in ids or not set(ids) <= set(service.tables) or not all(map(is_plain, ids.values())):
        raise NotFound()
    return table, replace(service.source, instance_id=ids[ROOT]), Pinned(tuple(ids.items()))


def answer(asked: Asked, address: str) -> Response:
    """The page, or 304 when nothing that it shows has changed. What asks for `now()` changes by itself."""
    mark = None if asks_for_now(request.args.get("$filter", "")) else entity_tag(asked)
    if mark is not None and request.if_none_match.contains_weak(mark):
        response = Response(status=304)
    else:
        source = asked.source
        note_records_read(get_project(reading(), source.scope.project_id), source, asked.service.form.xml_form_id)
        link = odata_json.NextLink(address, request.args.to_dict(), asked.question)
        known = current_app.extensions["fangshi.outlines"]
        response = stream(lambda session: pieces(session, asked, link, known), JSON_TYPE)
    if mark is not None:
        response.set_etag(mark, weak=True)
    return response


def address_of_request(service: Service, draft: bool) -> str:
    """This table's own address, for the link to its next page."""
    return "/".join([service.base, *(quote(segment, safe="()'") for segment in segments_of_request(draft))])


def pieces(session: Session, asked: Asked, link: odata_json.NextLink, known: Outlines) -> Iterator[bytes]:
    take_snapshot(session)
    question = asked.question
    count = count_rows(session, asked.source, question, known, asked.pinned) if question.count else None
    page = read_page(session, asked.source, question, known, asked.pinned)
    writer = odata_json.writer_for(question, asked.service.tables)
    context = f"{asked.service.base}/$metadata#{asked.table.name}"
    rows = (writer.write(record, row) for record, row in page.rows)
    yield from odata_json.page(rows, page.end, context, count, link)


def entity_tag(asked: Asked) -> str:
    """Told by the question, by where its links lead, and by what was last done to the form."""
    seen = (asked.service.base, request.full_path, asked.service.version.id, read_change_mark(reading(), asked.source))
    return sha256(repr(seen).encode()).hexdigest()[:40]


def check_format(kind: str) -> None:
    """Raises NotAcceptable (406.1) for a client that excludes the format, NotFound (404.1) for one before OData 4.0."""
    most = request.headers.get("OData-MaxVersion", "4.0").strip()
    if re.fullmatch(r"[0-3](\.\d+)?", most):
        raise NotFound("OData before version 4.0 is not spoken here.")
    wanted = request.args.get("$format", "").split(";")[0].strip().lower()
    if wanted and wanted not in (kind, f"application/{kind}"):
        raise NotAcceptable()
    accepted = request.headers.get("Accept", "")
    if not wanted and accepted.strip() and not any(accepts(part, kind) for part in accepted.split(",")):
        raise NotAcceptable()


def accepts(part: str, kind: str) -> bool:
    media, *parameters = (piece.strip().lower().replace(" ", "") for piece in part.split(";"))
    excluded = any(re.fullmatch(r"q=0(\.0*)?", one) for one in parameters)
    return not excluded and media in ("*/*", "application/*", f"application/{kind}", f"text/{kind}")


@odata.after_request
def add_version(response: Response) -> Response:
    response.headers["OData-Version"] = "4.0"
    return response


def say_problem(problem: Problem) -> Response:
    """`$metadata` is XML, and so is what is wrong with it."""
    wants_xml = request.path.rstrip("/").endswith("/$metadata")
    return odata_xml.error(problem) if wants_xml else central_json.error(problem)


errors.TONGUES["odata"] = say_problem
