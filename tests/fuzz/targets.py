"""What is fuzzed: every parser of bytes that come from outside. A target takes bytes and returns, or raises what it may.

What it may raise is what its door turns into a clear answer; anything else is a crash. See run.py and test_parsers.py.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from pathlib import Path
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.test import EnvironBuilder

from forms.errors import FormError, XLSFormInvalid
from forms.instance import read_instance
from forms.photos.leaving_out import leave_out_metadata, read_to_the_end, reader_for
from forms.photos.pieces import holds_sign
from forms.workbook import check_workbook, refuse_hostile_parts
from forms.xform import read_xform
from forms.xml import read_xml
from geo.boundaries import read_boundaries
from geo.errors import GeoError
from geo.odk_text import read_geometry
from server import UploadRequest
from server.config import Config, ConfigInvalid
from server.errors import Problem
from server.followups.rule_fields import RuleInvalid
from server.followups.rule_files import RULES, read_rule
from server.intake.envelope import read_envelope
from server.reports.entity_fields import EntityFields
from server.reports.odata_conditions import divide
from server.reports.odata_options import OF_ENTITIES, read_options, read_question
from server.reports.table import FormTable, tables_of
from tests.fuzz import seeds
from tests.making import a_record, an_xform
from tests.server.reports.samples import census_schema

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
Parse = Callable[[bytes], object]


@dataclass(frozen=True)
class Target:
    """A parser, bytes that it reads (and odd ones) to start from, and what it may raise."""

    parse: Parse
    make_seeds: Callable[[], list[bytes]]
    may_raise: tuple[type[Exception], ...]
    longest: int = 4096  # bytes of one input

    @cached_property
    def seeds(self) -> list[bytes]:
        """Made once: some have the time or a random number in them."""
        return self.make_seeds()

    def try_one(self, data: bytes) -> None:
        try:
            self.parse(data)
        except self.may_raise:
            return


def parse_xml(data: bytes) -> None:
    """A document as a record and as a form's definition: the two readers behind the one parser."""
    read_xml(data)
    for read in (read_instance, read_xform):
        try:
            read(data)
        except FormError:
            continue


def parse_workbook(data: bytes) -> None:
    """What is looked at before a workbook is given to pyxform, which runs in a process of its own under limits."""
    if check_workbook(data) == "xlsx":
        refuse_hostile_parts(data)


def parse_multipart(data: bytes) -> None:
    """An upload as the door of submissions takes it apart; the first line is its boundary."""
    boundary, _, body = data.partition(b"\n")
    kind = "multipart/form-data; boundary=" + boundary.decode("latin-1").replace("\r", "")
    environ = EnvironBuilder(method="POST", input_stream=io.BytesIO(body), content_length=len(body)).get_environ()
    environ["CONTENT_TYPE"] = kind
    request = UploadRequest(environ)
    try:
        envelope = read_envelope(request.files, request.form)
        read_instance(envelope.xml)
    finally:
        request.close()


def parse_odata(data: bytes) -> None:
    """A query's string, read as the OData doors read it, and the filter as SQL for both databases."""
    args = dict(parse_qsl(data.decode("utf-8", "replace")))
    readers = [partial(read_question, table) for table in census_tables()]
    readers.append(partial(read_options, EntityFields(("size", "备注", "a.b")), in_token=OF_ENTITIES))
    for read in readers:
        try:
            question = read(args, now=NOW)
        except Problem:
            continue
        if question.filter is not None:
            for dialect in ("sqlite", "postgresql"):
                divide(question.filter, dialect)


@cache
def census_tables() -> list[FormTable]:
    tables = tables_of(census_schema())
    return list(tables.values())


def parse_settings(data: bytes) -> None:
    """Lines NAME=value, the names completed to ours."""
    lines = (line.partition("=") for line in data.decode("utf-8", "surrogateescape").splitlines())
    Config.from_env(Path("data"), {f"FANGSHI_{name}": value.replace("\x00", "") for name, _, value in lines})


def parse_boundaries(data: bytes) -> None:
    read_boundaries(data, "villages", "EPSG:4326")


def parse_photo(data: bytes) -> None:
    """Cleaned twice: what was left out once is not found again. Of a damaged file only what has no sign of a place is."""
    found = leave_out_metadata(io.BytesIO(data))
    if found is None:
        return
    cleaned = found.read()
    assert len(cleaned) == found.size
    again = io.BytesIO(cleaned)
    read = reader_for(again)
    for block in read_to_the_end(read, again, len(cleaned)) if read else []:
        part = cleaned[block.start : block.stop]
        emptied = bytes(len(part)) if block.blank else block.instead
        assert not block.tells or part == emptied or not holds_sign(io.BytesIO(part), 0)


def parse_place(data: bytes) -> None:
    read_geometry(data.decode("utf-8", "replace"))


def parse_rule(data: bytes) -> None:
    read_rule(data, "fuzzed.yaml")


TARGETS = {
    "xml": Target(parse_xml, lambda: [a_record(note="中文"), an_xform(entities=True), *seeds.XML], (FormError,), 8192),
    "xlsx": Target(parse_workbook, seeds.workbooks, (XLSFormInvalid,), 16_384),
    "multipart": Target(parse_multipart, seeds.uploads, (FormError, Problem, HTTPException)),
    "odata": Target(parse_odata, lambda: seeds.ODATA, (Problem,), 1024),
    "settings": Target(parse_settings, lambda: seeds.SETTINGS, (ConfigInvalid,), 1024),
    "boundaries": Target(parse_boundaries, seeds.boundaries, (GeoError,), 200_000),
    "photos": Target(parse_photo, seeds.photos, (), 4096),
    "places": Target(parse_place, lambda: seeds.PLACES, (GeoError,), 512),
    "rules": Target(
        parse_rule, lambda: [path.read_bytes() for path in sorted(RULES.glob("*.yaml"))[:4]], (RuleInvalid,)
    ),
}
