"""Words for the town's lists and for the forms that come with Fangshi. Nothing here decides anything."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from server.publishing import library_choice
from server.publishing.list_checking import Wrong
from server.publishing.list_files import ListUnreadable, Row
from server.publishing.list_history import Change, RowChange
from server.publishing.list_kinds import PLACEHOLDER, TownList
from server.web import languages
from server.web.pages.texts import _

LIST_WORDS = {
    "clinics": _l("Clinics"),
    "supply_points": _l("Supply points"),
    "destinations": _l("Places to transfer to"),
    "hotlines": _l("Hotlines"),
    "thresholds": _l("Thresholds"),
}
LIST_HINTS = {
    "clinics": _l("Where women are referred to; their numbers stand in the advice on danger signs."),
    "supply_points": _l(
        "Where things are handed out. Without a name, the village of the point is all that is kept of a place."
    ),
    "destinations": _l(
        "Provinces, counties, and in them the places that take over. It ends there: no street, no house."
    ),
    "hotlines": _l(
        "Numbers that forms show beside the clinics' and 120. 120 itself stands in the forms, so it shows without any list."
    ),
    "thresholds": _l(
        "From where on a phone shows advice, the office is told that something is urgent, and a quiz is passed. "
        "They can be moved to the careful side only."
    ),
}
RECORDING_WORDS = {
    "zh": _l("The notice read aloud, in Chinese"),
    "en": _l("The notice read aloud, in English"),
}
COLUMN_WORDS = {
    "name": _l("Code"),
    "label": _l("Name"),
    "phone": _l("Phone"),
    "village_code": _l("Village"),
    "level": _l("What it is"),
    "parent": _l("Lies in (code)"),
    "value": _l("Number"),
}
THRESHOLD_WORDS = {
    "bp_sys_red": _l("Upper blood pressure from which advice is shown (mmHg)"),
    "bp_dia_red": _l("Lower blood pressure from which advice is shown (mmHg)"),
    "bp_sys_critical": _l("Upper blood pressure from which it is critical (mmHg)"),
    "bp_dia_critical": _l("Lower blood pressure from which it is critical (mmHg)"),
    "fhr_low": _l("Heart rate of the baby below which advice is shown (a minute)"),
    "fhr_high": _l("Heart rate of the baby above which advice is shown (a minute)"),
    "hb_low": _l("Haemoglobin below which advice is shown (g/L)"),
    "hb_critical": _l("Haemoglobin below which it is critical (g/L)"),
    "fever": _l("Temperature from which it is critical (℃)"),
    "quiz_pass": _l("Points from which a training quiz is passed"),
}
LEVEL_WORDS = {"prov": _l("Province"), "county": _l("County"), "site": _l("Place that takes over")}
STATES = {
    library_choice.NEW: (_l("not here yet"), "dashed", "plus"),
    library_choice.CURRENT: (_l("on the phones"), "brand", "check"),
    library_choice.NEWER: (_l("another version comes with Fangshi"), "amber", "upload"),
    library_choice.OWN: (_l("the town's own version"), "brand", "check"),
}
WRONG_WORDS = {
    "required": _l("Something has to stand here."),
    "long": _l("At most %(most)s characters."),
    "control": _l("It contains characters that cannot be stored."),
    "formula": _l("It begins with %(sign)s, and Excel would take it for a formula. Begin with a letter or a digit."),
    "name": _l("A code is made of letters a to z, digits, - and _, without spaces."),
    "placeholder": _l("This row only says that the list is not filled. Write a real one in its place."),
    "phone": _l("A phone number is made of digits and -, for example 0825-5550120."),
    "village": _l("There is no village with the code %(code)s."),
    "level": _l("It is prov, county or site."),
    "number": _l("A number, for example 37.5."),
    "bounds": _l("From %(least)s to %(most)s. Further than that a clinician has to decide, and the form changes."),
    "order": _l("What is urgent has to lie above what is only shown."),
    "twice": _l("The code %(name)s stands twice."),
    "unknown": _l("No form reads a row with the code %(name)s."),
    "parent": _l("The code of what it lies in: a county in a province, a place in a county."),
    "no_parent": _l("A province lies in nothing: leave this empty."),
    "lacking": _l("Forms read these rows, so they stay: %(names)s."),
    "no_rows": _l("A list has at least one row."),
    "rows": _l("At most %(most)s rows."),
}
UNREADABLE_WORDS = {
    "large": _l("The file is larger than 1 MB."),
    "csv": _l("This is no CSV file: in Excel choose Save as, CSV UTF-8."),
    "empty": _l("The file is empty."),
    "encoding": _l("The file's letters cannot be read: in Excel choose Save as, CSV UTF-8."),
    "columns": _l("The first line has to name these columns: %(wanted)s. It names: %(found)s."),
    "rows": _l("At most %(most)s rows."),
}


def list_word(kind: TownList) -> str:
    return str(LIST_WORDS[kind.name])


def row_word(row: Row) -> str:
    """What a row is about: of one that is ours in the reader's language, else as the town wrote it."""
    ours = THRESHOLD_WORDS.get(row["name"]) if "value" in row else None
    return str(ours or row["label"])


def wrong_word(wrong: Wrong) -> str:
    """The sentence about one cell."""
    if wrong.why == "red_line":
        return f"{wrong.values['term']}: {wrong.values['en' if languages.language_tag() == 'en' else 'zh']}"
    return str(WRONG_WORDS[wrong.why]) % wrong.values


def unreadable_word(error: ListUnreadable) -> str:
    return str(UNREADABLE_WORDS[error.why]) % error.values


def summary_of(wrong: Sequence[Wrong]) -> list[str]:
    """One line a cell, with its row as people count."""
    return [
        wrong_word(one)
        if one.row is None
        else _(
            "Row %(row)s, %(column)s: %(why)s", row=one.row + 1, column=COLUMN_WORDS[one.column], why=wrong_word(one)
        )
        for one in wrong
    ]


def cell_words(wrong: Sequence[Wrong]) -> dict[tuple[int, str], str]:
    """By row and column; the first of several."""
    found: dict[tuple[int, str], str] = {}
    for one in wrong:
        if one.row is not None:
            found.setdefault((one.row, one.column), wrong_word(one))
    return found


def change_lines(changes: Sequence[RowChange], kind: TownList) -> list[dict[str, Any]]:
    """Each row that differs: its code, and what it says before and after; None where it was not there."""
    return [
        {"name": one.name, "before": row_words(kind, one.before), "after": row_words(kind, one.after)}
        for one in changes
        if not (kind.has_note and one.name == PLACEHOLDER)
    ]


def row_words(kind: TownList, row: Row | None) -> str | None:
    if row is None:
        return None
    return " · ".join(str(LEVEL_WORDS.get(row[one.name], row[one.name])) for one in kind.columns if row[one.name])


def history_lines(changes: Sequence[Change], kind: TownList) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "at": one.at,
            "by": one.by,
            "undoes": one.undoes,
            "is_last": one.is_last and one.rows is not None,
            "rows": None if one.rows is None else change_lines(one.rows, kind),
        }
        for one in changes
    ]
