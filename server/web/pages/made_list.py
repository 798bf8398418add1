"""Files that somebody asked for lately, and how far each is."""

from datetime import datetime
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from server.access.allow import Scope
from server.intake import made_exports
from server.intake.made_exports import (
    ERROR,
    EXPIRED,
    FAILED,
    KEPT_FOR,
    OVER,
    READY,
    RUNNING,
    SINCE_GONE,
    TAKEN_BACK,
    WAITING,
)
from server.models import MadeExport, Project
from server.web import session
from server.web.pages.export_words import KIND_WORDS
from server.web.pages.review_list import forms_to_choose

MOST_SHOWN: Final = 20
STATES: Final[dict[str, tuple[Any, str, str]]] = {
    WAITING: (_l("waiting"), "amber", "clock"),
    RUNNING: (_l("being made"), "amber", "clock"),
    READY: (_l("ready"), "brand", "check"),
    FAILED: (_l("not made"), "amber", "warning"),
    OVER: (_l("over"), "dashed", "stop"),
}
"""A state in words, with the kind and the icon of its chip."""
WHY: Final[dict[str, Any]] = {
    EXPIRED: _l("It lay here for seven days."),
    TAKEN_BACK: _l("You took it back."),
    SINCE_GONE: _l("Since it was made somebody took consent back, or records were deleted. Ask for it anew."),
    ERROR: _l("It could not be made. Try again; if it fails again, tell who looks after the server."),
}


def list_made(project: Project, scope: Scope) -> dict[str, Any]:
    rows = made_exports.list_own(session.db(), project.id, session.caller().actor_id or 0, MOST_SHOWN)
    titles = {one["xml_form_id"]: one["name"] for one in forms_to_choose(project, scope)} if rows else {}
    forms = made_exports.form_ids_of(session.db(), rows)
    lines = [line_of(row, titles.get(forms[row.form_id], forms[row.form_id])) for row in rows]
    return {"made": lines, "goes_on": any(one["goes_on"] for one in lines)}


def line_of(row: MadeExport, title: str) -> dict[str, Any]:
    word, chip, icon = STATES[row.state]
    return {
        "row": row,
        "title": title,
        "kind": KIND_WORDS[row.kind][0],
        "state": word,
        "chip": chip,
        "icon": icon,
        "why": WHY.get(row.why or "", ""),
        "percent": min(99, row.records * 100 // row.total) if row.total and row.state == RUNNING else 0,
        "goes_on": row.state in (WAITING, RUNNING),
        "is_ready": row.state == READY,
        "until": until(row),
        "can_take_back": row.state in (WAITING, RUNNING, READY),
    }


def until(row: MadeExport) -> datetime | None:
    return row.ready_at + KEPT_FOR if row.ready_at else None
