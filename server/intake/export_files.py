"""The files that people take: what is asked for, held so that it can be written when the request is over."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from forms.schema import FormSchema
from server.access.allow import Scope
from server.blobs import BlobStore
from server.models import FormVersion
from server.publishing.versions import SCHEMAS
from server.reports.csv_rows import CsvOptions, Export
from server.reports.csv_zip import Archive
from server.reports.in_words import Wording, heads_of, questions_of
from server.reports.making import folder_to_make_in
from server.reports.odata_conditions import Conditions
from server.reports.places_in_words import free_heads, iterate_places, write_geojson, write_geopackage
from server.reports.queries import take_snapshot
from server.reports.records import Record, Source
from server.reports.table import ROOT, FormTable, tables_of
from server.reports.workbook_in_words import write_in_words

XLSX, GEOJSON, GEOPACKAGE, ARCHIVE = "xlsx", "geojson", "gpkg", "zip"
KINDS: Final = (XLSX, ARCHIVE, GEOJSON, GEOPACKAGE)
ON_A_MAP: Final = (GEOJSON, GEOPACKAGE)
EACH: Final = 500  # records between two words of how far it is
CHUNK_BYTES: Final = 1 << 16


@dataclass(frozen=True)
class Wish:
    """`conditions` are the filter, `hidden` leaves out what this kind of file never has. `split`: selects of several have a
    column for each choice. `files`: photos too, which tell a place only where `keeps_places`.
    """

    form_id: int
    xml_form_id: str
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


@dataclass(frozen=True)
class Watched(Export):
    """Tells how many records it has read, every so many."""

    tick: Callable[[int], None] = lambda _records: None

    def records(self, root: FormTable, counted: bool = True) -> Iterator[Record]:
        for number, one in enumerate(super().records(root, counted), 1):
            if number % EACH == 0:
                self.tick(number)
            yield one


def write(db: Session, wish: Wish, tick: Callable[[int], None] = lambda _records: None) -> Iterator[bytes]:
    """The file in pieces, all of it as of one moment. `tick` hears how many records were read, anew for each table."""
    take_snapshot(db)
    options = CsvOptions(split_selects=wish.split, bom=True)
    conditions = Conditions(sql=(*wish.conditions, *wish.hidden))
    export = Watched(db, Source(wish.form_id, wish.scope), options, conditions, tick)
    yield from WRITERS[wish.kind](export, wish)


def schemas_by_version(db: Session) -> Callable[[int], FormSchema]:
    """Schemas by form version, as the memory of schemas has them."""
    known: dict[int, str] = {}

    def schema_of(version_id: int) -> FormSchema:
        if version_id not in known:
            known[version_id] = db.get_one(FormVersion, version_id).sha256
        return SCHEMAS.get(db, version_id, known[version_id])

    return schema_of


def write_archive(export: Export, wish: Wish) -> Iterator[bytes]:
    about = wish.xml_form_id, wish.store, wish.files, wish.at, wish.keeps_places
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
