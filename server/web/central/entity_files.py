"""An entity list as files: CSV and GeoJSON. Facts: odk-contract.md 6.9 and section 9."""

from collections.abc import Iterator
from itertools import islice

from flask import Response
from sqlalchemy.orm import Session

from server.errors import NotFound
from server.registry.reach import is_care_list
from server.reports.csv_zip import LINES_TOGETHER, safe_name
from server.reports.entity_csv import GEOMETRY, write_entities
from server.reports.entity_fields import EntityFields
from server.reports.entity_geojson import features_of_entities
from server.reports.entity_odata import read_answers, read_page
from server.reports.entity_rows import EntitySource, has_entity, source_of
from server.reports.geojson import write_collection
from server.reports.odata_filter import read_filter
from server.reports.odata_options import Options
from server.reports.queries import take_snapshot
from server.web.central.door import CentralDoor
from server.web.central.entities import ALL, ONE, find_one, load_list
from server.web.entity_tables import send_list
from server.web.files import disposition
from server.web.parameters import query_text, read_number
from server.web.session import now, reading

entity_files = CentralDoor("entity_files")
CSV_TYPE = "text/csv; charset=utf-8"
JSON_TYPE = "application/json; charset=utf-8"


def load_source(project_id: int, name: str, uuid: str | None = None) -> EntitySource:
    """The list as far as the caller reaches it. Raises NotFound, Forbidden."""
    dataset, reach = load_list("entity.list", project_id, name)
    return source_of(reading(), dataset, reach, uuid)


def read_options(source: EntitySource, top: int | None = None) -> Options:
    """`$filter` and `$search`. Raises what is wrong with them."""
    text, words = query_text("$filter") or "", query_text("$search") or ""
    resolve = EntityFields(source.properties).resolve
    wanted = read_filter(text, resolve, now()) if text.strip() else None
    return Options(top=top, filter=wanted, search=words if words.strip() else None)


@entity_files.get(ALL + ".csv")
def get_csv(project_id: int, name: str) -> Response:
    """All properties of each, the newest first; `?guard=false` for machines, which take no cell for a formula."""
    source = load_source(project_id, name)
    options, guarded = read_options(source), (query_text("guard") or "").lower() != "false"

    def pieces(session: Session) -> Iterator[bytes]:
        take_snapshot(session)
        lines = write_entities(read_page(session, source, options).rows, source.properties, guarded)
        while text := "".join(islice(lines, LINES_TOGETHER)):
            yield text.encode()

    response = send_list(project_id, source, pieces, CSV_TYPE)
    response.headers["Content-Disposition"] = disposition("attachment", f"{safe_name(name)}.csv")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@entity_files.get(ALL + ".geojson")
def get_map(project_id: int, name: str) -> Response:
    """Those that have a place, at most `?limit=` of them."""
    source = load_source(project_id, name)
    return send_map(project_id, source, read_options(source), read_number("limit"))


@entity_files.get(ONE + "/geojson")
def get_one_on_map(project_id: int, name: str, uuid: str) -> Response:
    """A collection of one, or of none where it has no place."""
    find_one("entity.read", project_id, name, uuid)
    source = load_source(project_id, name, uuid)
    if not has_entity(reading(), source):
        raise NotFound()
    return send_map(project_id, source, Options(), None)


def send_map(project_id: int, source: EntitySource, options: Options, limit: int | None) -> Response:
    def pieces(session: Session) -> Iterator[bytes]:
        take_snapshot(session)
        entities = read_answers(session, source, options) if has_map(source) else ()
        yield from write_collection(islice(features_of_entities(entities), limit))

    return send_list(project_id, source, pieces, JSON_TYPE)


def has_map(source: EntitySource) -> bool:
    """Lists about women have none, whoever asks: no place stands beside anything of their health."""
    return GEOMETRY in source.properties and not is_care_list(source.dataset, source.reach)
