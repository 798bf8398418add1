"""From uploaded bytes to a form definition. Slow and without a database, so that no transaction waits for it."""

import io
import mimetypes
import threading
from dataclasses import dataclass, replace
from typing import Literal

from forms.lint_files import lint_file
from forms.lint_places import Cell, Located
from forms.xform import XForm, clean_xform, read_xform, set_version
from forms.xlsform import convert_xlsform, read_warnings_of_validate
from server.blobs import BlobStore, Stored
from server.errors import Unavailable
from server.one_core import CORE
from server.workplaces import one_of

EXCEL_TYPES: dict[str, Literal["xlsx", "xls"]] = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
}
ITEMSETS = "itemsets.csv"
AT_ONCE = threading.BoundedSemaphore(2)  # a conversion may take a gigabyte and a processor
WAIT_SECONDS = 50  # clients give up after 60


@dataclass(frozen=True)
class Excel:
    """The workbook that a definition was converted from, in the blob store."""

    stored: Stored
    content_type: str


@dataclass(frozen=True)
class Definition:
    """A form as it will be kept. `warnings` are pyxform's and ODK Validate's sentences.

    `files` and `cells`, the texts with their rows, came out of the workbook; `words_in_files` is what the linter finds in
    these files.
    """

    xml: bytes
    xform: XForm
    excel: Excel | None = None
    warnings: tuple[str, ...] = ()
    files: tuple[tuple[str, Stored], ...] = ()
    cells: tuple[Cell, ...] = ()
    words_in_files: tuple[Located, ...] = ()


def read_definition(
    body: bytes, content_type: str, fallback_form_id: str | None, store: BlobStore, validate: bool
) -> Definition:
    """An XForm, or a workbook when the content type is one of Excel's two. Raises FormError.

    `validate`: also ask ODK Validate, where Java is there; its findings are warnings. Raises Unavailable (503) when so many
    forms are being converted that this one had no turn.
    """
    # on any core: conversion and ODK Validate are processes of their own
    with one_of(AT_ONCE, WAIT_SECONDS, Unavailable), CORE.on_any_core():
        return convert(body, content_type, fallback_form_id, store, validate)


def convert(
    body: bytes, content_type: str, fallback_form_id: str | None, store: BlobStore, validate: bool
) -> Definition:
    kind = EXCEL_TYPES.get(content_type)
    if kind is None:
        definition = definition_of_xml(body)
    else:
        converted = convert_xlsform(body, kind, fallback_form_id)
        definition = replace(
            definition_of_xml(converted.xml),
            excel=Excel(store.put(body), content_type),
            warnings=tuple(converted.warnings),
            files=((ITEMSETS, store.put(converted.itemsets)),) if converted.itemsets else (),
            cells=converted.cells,
            words_in_files=tuple(lint_file(ITEMSETS, io.BytesIO(converted.itemsets))) if converted.itemsets else (),
        )
    found = read_warnings_of_validate(definition.xml) if validate else []
    return replace(definition, warnings=(*definition.warnings, *found))


def definition_of_xml(xml: bytes) -> Definition:
    clean = clean_xform(xml)
    return Definition(clean, read_xform(clean))


def with_version(definition: Definition, version: str) -> Definition:
    """The same form under another version string; every other byte stays. Raises XFormInvalid."""
    xml = set_version(definition.xml, version)
    return replace(definition, xml=xml, xform=read_xform(xml))


def type_of_name(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
