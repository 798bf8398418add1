"""A list of the town as a table that is edited on the page, or as a CSV file that goes out and comes back; and its past."""

from collections.abc import Sequence
from typing import Any

from flask import Response, make_response, render_template, request

from server.errors import ListChanged, MissingParameter, UnexpectedValue
from server.models import Project
from server.publishing import list_editing, list_history
from server.publishing.list_checking import Wrong
from server.publishing.list_editing import ListNow
from server.publishing.list_files import LARGEST, MOST_ROWS, ListUnreadable, Row, name_rows, read_rows, write_rows
from server.publishing.list_kinds import LEVELS, TownList
from server.publishing.town_lists import villages_of
from server.reports.csv_cells import guard
from server.web import session
from server.web.files import send_bytes
from server.web.pages.door import pages
from server.web.pages.library import asked_forms, chosen_query, library_project
from server.web.pages.library_words import (
    COLUMN_WORDS,
    LEVEL_WORDS,
    LIST_HINTS,
    cell_words,
    change_lines,
    history_lines,
    list_word,
    row_word,
    summary_of,
    unreadable_word,
)
from server.web.pages.problem_words import word_for_people
from server.web.pages.sent import sent_id, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say

EMPTY_ROWS = 3
BOM = b"\xef\xbb\xbf"  # by which Excel knows UTF-8


@pages.get("/library/lists/<name>")
def show_list(name: str) -> Response:
    project, kind = library_project(), list_editing.get_kind(name)
    return make_response(page_of(project, kind))


@pages.get("/library/lists/<name>/file")
def send_list(name: str) -> Response:
    """The list as a CSV file for Excel."""
    project, kind = library_project(), list_editing.get_kind(name)
    now = list_editing.list_now(session.db(), session.blobs(), project, kind)
    rows = [{column: guard(text) for column, text in row.items()} for row in now.rows]
    return send_bytes(BOM + write_rows(kind, rows), None, kind.file, "text/csv; charset=utf-8")


@pages.post("/library/lists/<name>")
def save_list(name: str) -> Response:
    project, kind = library_project(), list_editing.get_kind(name)
    rows, was = sent_rows(project, kind), sent_text("was", 64, required=True)
    if wrong := list_editing.find_wrong(session.db(), project, kind, rows):
        return make_response(page_of(project, kind, rows, wrong, was=was), 400)
    try:
        changed = list_editing.save_list(
            session.db(), session.blobs(), project, kind, rows, was, require_person(), session.now()
        )
    except ListChanged as problem:
        return make_response(page_of(project, kind, rows, error=word_for_people(problem)), problem.status)
    return say(back_from(project, kind), *told_of(project, kind, changed))


def told_of(project: Project, kind: TownList, changed: bool) -> tuple[str, Undo | None]:
    if not changed:
        return _("The list is as it was; nothing was changed."), None
    last = list_editing.edits_of(session.db(), project, kind)[0]
    action = f"/library/lists/{kind.name}/undo?project={project.id}"
    return _("Saved. Phones get the list the next time they ask."), Undo(action, {"change": str(last.id)})


def back_from(project: Project, kind: TownList) -> str:
    chosen = asked_forms()
    return f"/library/lists?{chosen_query(project, chosen)}" if chosen else f"/library/lists/{kind.name}"


@pages.post("/library/lists/<name>/read")
def read_list(name: str) -> Response:
    """A CSV file into the table: nothing is stored before somebody has looked at it and saves."""
    project, kind = library_project(), list_editing.get_kind(name)
    try:
        rows = name_rows(kind, list_editing.without_note(kind, read_rows(kind, sent_file())), names_of(project, kind))
    except (ListUnreadable, MissingParameter) as error:
        why = unreadable_word(error) if isinstance(error, ListUnreadable) else word_for_people(error)
        return make_response(page_of(project, kind, error=why), 400)
    wrong = list_editing.find_wrong(session.db(), project, kind, rows)
    return make_response(page_of(project, kind, rows, wrong, is_read=True), 400 if wrong else 200)


@pages.post("/library/lists/<name>/undo")
def undo_list(name: str) -> Response:
    project, kind = library_project(), list_editing.get_kind(name)
    try:
        list_editing.undo_last(
            session.db(), session.blobs(), project, kind, sent_id("change"), require_person(), session.now()
        )
    except ListChanged as problem:
        return make_response(page_of(project, kind, error=word_for_people(problem)), problem.status)
    return say(f"/library/lists/{kind.name}", _("The list is again as it was before."))


def sent_file() -> bytes:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise MissingParameter(field="file")
    return file.stream.read(LARGEST + 1)


def sent_rows(project: Project, kind: TownList) -> list[Row]:
    """The table as it was sent: without the rows that are to go and those in which nothing stands."""
    columns = {name: request.form.getlist(name)[: MOST_ROWS + EMPTY_ROWS + 1] for name in kind.header}
    if len({len(texts) for texts in columns.values()}) != 1:
        raise UnexpectedValue(field="file", value=kind.file, reason="the rows of the table are not complete")
    gone = set(request.form.getlist("gone"))
    lines = [dict(zip(columns, map(str.strip, cells), strict=True)) for cells in zip(*columns.values(), strict=True)]
    rows = [row for number, row in enumerate(lines) if str(number) not in gone and any(row.values())]
    return name_rows(kind, list_editing.without_note(kind, rows), names_of(project, kind))


def names_of(project: Project, kind: TownList) -> set[str]:
    return list_history.names_ever(session.db(), session.blobs(), project, kind)


def page_of(
    project: Project,
    kind: TownList,
    rows: Sequence[Row] | None = None,
    wrong: Sequence[Wrong] = (),
    error: str = "",
    was: str = "",
    is_read: bool = False,
) -> str:
    """The list's page. `rows` are what was sent or read and is not stored; without them the list as it is."""
    db, blobs, chosen = session.db(), session.blobs(), asked_forms()
    now = list_editing.list_now(db, blobs, project, kind)
    here = [] if now.is_placeholder else now.rows
    history = list_history.history_of(db, blobs, project, kind)
    return render_template(
        "library/list.html",
        **kind_facts(project, kind, now),
        rows=table_of(kind, here if rows is None else rows, {row["name"] for row in here}),
        wrong=cell_words(wrong),
        summary=summary_of(wrong),
        error=error,
        was=was or now.sha256,
        is_read=is_read,
        unsaved=[] if rows is None else change_lines(list_history.compare_rows(here, rows), kind),
        history=history_lines(history, kind),
        forms=list_history.forms_with(db, project, kind),
        chosen=chosen,
        query=chosen_query(project, chosen),
    )


def kind_facts(project: Project, kind: TownList, now: ListNow) -> dict[str, Any]:
    villages = [("", _("no village")), *villages_of(session.db(), project)]
    return {
        "project": project,
        "kind": kind,
        "word": list_word(kind),
        "hint": LIST_HINTS[kind.name],
        "columns": COLUMN_WORDS,
        "villages": villages,
        "levels": [("", _("Choose")), *((level, LEVEL_WORDS[level]) for level in LEVELS)],
        "is_placeholder": now.is_placeholder,
    }


def table_of(kind: TownList, rows: Sequence[Row], known: set[str]) -> list[dict[str, Any]]:
    """The rows of the table; `is_known` ones keep their code, `stays` ones cannot go. Empty ones at the end are for adding."""
    bounds = kind.bounds or {}
    lines = [
        {
            "cells": row,
            "word": row_word(row),
            "is_known": row["name"] in known,
            "stays": row["name"] in kind.fixed,
            "bounds": bounds.get(row["name"]),
        }
        for row in rows
    ]
    empty = {"cells": dict.fromkeys(kind.header, ""), "is_known": False, "stays": True, "bounds": None, "is_new": True}
    return lines + [empty] * (EMPTY_ROWS if kind.grows and len(rows) < MOST_ROWS else 0)
