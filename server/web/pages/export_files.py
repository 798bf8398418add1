"""The files that people take: what is asked for, held so that it can be written when the request is over."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from forms.schema import FormSchema
from server.access.allow import Scope
from server.blobs import BlobStore
from server.models import Form
from server.reports.csv_rows import CsvOptions, Export
from server.reports.csv_zip import Archive
from server.reports.in_words import Wording, heads_of, questions_of
from server.reports.making import folder_to_make_in
from server.reports.odata_conditions import Conditions
from server.reports.places_in_words import free_heads, iterate_places, write_geojson, write_geopackage
from server.reports.queries import take_snapshot
from server.reports.records import Source
from server.reports.table import ROOT, tables_of
from server.reports.workbook_in_words import write_in_words
from server.web.exports import JSON_TYPE, XLSX_TYPE, ZIP_TYPE, schemas_by_version
from server.web.pages.texts import _
from server.web.pages.words import STATE_WORDS
from server.web.streams import CHUNK_BYTES

XLSX, GEOJSON, GEOPACKAGE, ARCHIVE = "xlsx", "geojson", "gpkg", "zip"
KINDS: Final = {
    XLSX: (_l("Excel workbook"), _l("Questions and answers in words, a sheet for each repeat")),
    ARCHIVE: (_l("CSV in an archive"), _l("Tables as programs read them")),
    GEOJSON: (_l("GeoJSON"), _l("Places with what was answered, for maps")),
    GEOPACKAGE: (_l("GeoPackage"), _l("The same for QGIS")),
}
MIME: Final = {XLSX: XLSX_TYPE, GEOJSON: JSON_TYPE, GEOPACKAGE: "application/geopackage+sqlite3", ARCHIVE: ZIP_TYPE}
ON_A_MAP: Final = (GEOJSON, GEOPACKAGE)


@dataclass(frozen=True)
class Wish:
    """`conditions` are the filter, `hidden` leaves out what this kind of file never has. `split`: selects of several have a
    column for each choice. `files`: photos too, which tell a place only where `keeps_places`.
    """

    form: Form
    title: str
    schema: FormSchema
    scope: Scope
    conditions: tuple[ColumnElement[bool], ...]
    hidden: tuple[ColumnElement[bool], ...]
    kind: str
    split: bool
    files: bool
    keeps_places: bool
    words: Wording
    store: BlobStore
    data_dir: Path
    at: datetime


def wording(lang: str) -> Wording:
    """Labels in this language, zh or en; our own words in the page's."""
    return Wording(
        lang=lang,
        record=_("Record"),
        row=_("Row"),
        received=_("Received"),
        state=_("State"),
        sender=_("Sent by"),
        latitude=_("latitude"),
        longitude=_("longitude"),
        states={state: str(word) for state, word in STATE_WORDS.items()},
    )


def write(db: Session, wish: Wish) -> Iterator[bytes]:
    """The file in pieces, all of it as of one moment."""
    take_snapshot(db)
    options = CsvOptions(split_selects=wish.split, bom=True)
    export = Export(db, Source(wish.form.id, wish.scope), options, Conditions(sql=(*wish.conditions, *wish.hidden)))
    yield from WRITERS[wish.kind](export, wish)


def write_archive(export: Export, wish: Wish) -> Iterator[bytes]:
    about = wish.form.xml_form_id, wish.store, wish.files, wish.at, wish.keeps_places
    yield from Archive(export, tables_of(wish.schema), *about).write()


def write_map(export: Export, wish: Wish) -> Iterator[bytes]:
    yield from write_geojson(iterate_places(export, wish.schema, schemas_by_version(export.db), wish.words))


def write_workbook(export: Export, wish: Wish) -> Iterator[bytes]:
    yield from read_whole(
        wish, lambda target: write_in_words(export, wish.schema, wish.words, wish.title, wish.split, target)
    )


def write_package(export: Export, wish: Wish) -> Iterator[bytes]:
    root = tables_of(wish.schema)[ROOT]
    heads = free_heads(heads_of(root, questions_of(root, split=False), wish.words))
    places = iterate_places(export, wish.schema, schemas_by_version(export.db), wish.words)
    yield from read_whole(wish, lambda target: write_geopackage(places, heads, target))


def read_whole(wish: Wish, make: Callable[[Path], None]) -> Iterator[bytes]:
    """What cannot leave before it is whole waits in a file without a name: whoever ends the server leaves nothing."""
    with folder_to_make_in(wish.data_dir) as folder:
        target = folder / f"export.{wish.kind}"
        make(target)
        file = target.open("rb")
    with file:
        yield from iter(lambda: file.read(CHUNK_BYTES), b"")


WRITERS: Final = {XLSX: write_workbook, ARCHIVE: write_archive, GEOJSON: write_map, GEOPACKAGE: write_package}
