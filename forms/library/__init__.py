"""Our own forms, as text that diffs line by line: one folder a form, `form.md` in pyxform's Markdown tables."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from forms.about import AWAITING, read_about
from forms.excel_words import Background, Line
from forms.outline import Outline, read_outline
from forms.tables import read_remarks, read_tables
from forms.xform import read_xform
from forms.xlsform import convert_texts

_HERE = Path(__file__).parent


class LibraryForm(NamedTuple):
    """A form of the library. `title` is its Chinese title."""

    form_id: str
    title: str


def library_forms() -> list[LibraryForm]:
    """The forms of the library by form id. Converts each of them once in a process's life."""
    return [_outline(form_id) for form_id in library_ids()]


def library_ids() -> list[str]:
    """Their form ids alone, in the same order; nothing is converted."""
    return [source.parent.name for source in sorted(_HERE.glob("*/form.md"))]


@cache
def _outline(form_id: str) -> LibraryForm:
    form = read_xform(read_library_form(form_id))
    return LibraryForm(form.form_id, form.title or form.form_id)


def read_library_form(form_id: str) -> bytes:
    """The XForm of a form in the library. Raises KeyError for another id."""
    return _converted()[form_id]


@cache
def _converted() -> dict[str, bytes]:
    """The XForms of all of them by form id, converted together: who asks for one asks for the others soon."""
    ids = library_ids()
    return {form_id: one.xml for form_id, one in zip(ids, convert_texts(list(map(_read_text, ids))), strict=True)}


def read_library_workbook(form_id: str) -> bytes:
    """The same form as an .xlsx for people who edit it in Excel. Raises KeyError for another id."""
    from forms.excel import (
        write_workbook,  # here: few ask for one, and every process of a server would keep it in memory
    )

    text, about = _read_text(form_id), read_about(form_id)
    awaiting = [
        Line(
            f"[{one.grade}] {'、'.join(one.names)}：{one.said.zh}",
            f"[{one.grade}] {', '.join(one.names)}: {one.said.en}",
        )
        for one in about.graded
        if one.grade in AWAITING
    ]
    _about_the_file, *remarks = read_remarks(text)
    return write_workbook(read_tables(text), Background(Line(*about.purpose), awaiting, remarks))


def read_library_outline(form_id: str) -> Outline:
    """The same form, row by row as its source says it. Raises KeyError for another id."""
    return read_outline(_read_text(form_id))


@cache
def english_titles() -> dict[str, str]:
    """The library's titles in English by the Chinese ones: in an XForm a title has one language."""
    return {read_library_outline(form_id).title: read_about(form_id).title for form_id in library_ids()}


def _read_text(form_id: str) -> str:
    if form_id not in library_ids():
        raise KeyError(form_id)
    return (_HERE / form_id / "form.md").read_text(encoding="utf-8")
