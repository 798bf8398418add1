"""An entity list as OData 4.0: odk-contract.md 7.5. pyODK's merge, R, Excel and Power BI read here."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from flask import Response, request
from sqlalchemy.orm import Session

from server.errors import NotFound, WrongType
from server.reports.entity_fields import ENTITIES, EntityFields
from server.reports.entity_odata import count_rows, read_page
from server.reports.entity_rows import EntitySource, has_entity, source_of
from server.reports.odata_options import OF_ENTITIES, Options, read_options
from server.reports.queries import take_snapshot
from server.web.blueprints import Door
from server.web.central.door import add_headers
from server.web.central.entities import find_one, load_list
from server.web.entity_tables import send_list
from server.web.odata import JSON_TYPE, add_version, check_format
from server.web.session import now, own_url, reading
from server.web.wire import central_json, entities_odata, odata_json, odata_xml

odata_entities = Door("odata_entities", tongue="odata", url_prefix="/v1")
odata_entities.after_request(add_headers)
odata_entities.after_request(add_version)
SERVICE = "/projects/<int:project_id>/datasets/<name>.svc"


class Service(NamedTuple):
    """One list's service: its address, what the caller reaches of the list, and the names of its table."""

    base: str
    source: EntitySource
    fields: EntityFields


@odata_entities.get(SERVICE)
def get_service(project_id: int, name: str) -> Response:
    check_format("json")
    response = central_json.reply(odata_json.service_document(load_service(project_id, name).base, [ENTITIES]))
    response.content_type = JSON_TYPE
    return response


@odata_entities.get(SERVICE + "/$metadata")
def get_metadata(project_id: int, name: str) -> Response:
    check_format("xml")
    service = load_service(project_id, name)
    return Response(odata_xml.entity_metadata(name, service.fields.names.values()), content_type=odata_xml.XML_TYPE)


@odata_entities.get(SERVICE + "/" + ENTITIES)
def get_table(project_id: int, name: str) -> Response:
    check_format("json")
    service = load_service(project_id, name)
    options = read_options(service.fields, request.args.to_dict(), now(), OF_ENTITIES)
    return answer(project_id, service, options)


@odata_entities.get(SERVICE + "/" + ENTITIES + "('<uuid>')")
def get_row(project_id: int, name: str, uuid: str) -> Response:
    """One entity in the same envelope. Central has none of this, though its table says that it can be asked by key."""
    check_format("json")
    try:
        find_one("entity.read", project_id, name, uuid)
    except WrongType:
        raise NotFound() from None  # a key that cannot be is none here (7.2)
    service = load_service(project_id, name, uuid)
    options = read_options(service.fields, request.args.to_dict(), now(), OF_ENTITIES)
    if not has_entity(reading(), service.source):
        raise NotFound()
    return answer(project_id, service, options)


def load_service(project_id: int, name: str, uuid: str | None = None) -> Service:
    """Raises NotFound, Forbidden."""
    dataset, reach = load_list("entity.list", project_id, name)
    source = source_of(reading(), dataset, reach, uuid)
    base = f"{own_url()}/projects/{project_id}/datasets/{quote(dataset.name, safe='')}.svc"
    return Service(base, source, EntityFields(source.properties))


def answer(project_id: int, service: Service, options: Options) -> Response:
    args = request.args.to_dict()
    return send_list(
        project_id, service.source, lambda session: pieces(session, service, options, args), JSON_TYPE, service.base
    )


def pieces(session: Session, service: Service, options: Options, args: dict[str, str]) -> Iterator[bytes]:
    take_snapshot(session)
    count = count_rows(session, service.source, options) if options.count else None
    page = read_page(session, service.source, options)
    rows = (entities_odata.row(one, service.fields.names, options.select) for one in page.rows)
    link = odata_json.NextLink(f"{service.base}/{ENTITIES}", args, options)
    yield from odata_json.page(rows, page.end, f"{service.base}/$metadata#{ENTITIES}", count, link)
