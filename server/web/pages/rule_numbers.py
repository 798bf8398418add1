"""What a simulation found, on a page: by village, by week as bars, by how far days move; few people stay hidden."""

from typing import Any

from flask_babel import lazy_gettext as _l

from geo.masking import Shown
from server.access.allow import Scope, may
from server.followups.comparing import COLUMNS, LATE, LATER
from server.followups.told_changes import (
    SHIFT_NAMES,
    SIDES,
    WEEK_NAMES,
    ToldChanges,
    changes_by_worker,
    tell_changes,
)
from server.models import Project, RuleRun
from server.places.desk import list_villages
from server.web import session
from server.web.pages.texts import _
from server.web.telling import telling

COLUMN_WORDS = {
    "before": _l("Now"),
    "after": _l("Then"),
    "added": _l("New"),
    "removed": _l("Gone"),
    "moved": _l("Other days"),
}
SHIFT_WORDS = {
    "earlier 29": _l("more than 4 weeks earlier"),
    "earlier 8": _l("8 to 28 days earlier"),
    "earlier 1": _l("1 to 7 days earlier"),
    "later 1": _l("1 to 7 days later"),
    "later 8": _l("8 to 28 days later"),
    "later 29": _l("more than 4 weeks later"),
}


def numbers_of(project: Project, run: RuleRun | None) -> dict[str, Any]:
    """Nothing before the run has come to its end."""
    if run is None or run.finished_at is None:
        return {"told": None}
    told = tell_changes(session.db(), project.id, run, telling())
    everywhere = Scope(project.id, everything=True)
    names = {one.code: one.name for one in list_villages(session.db(), everywhere)}
    reads = may(session.caller(), "followup.read", project)
    return {
        "told": told,
        "columns": {name: str(COLUMN_WORDS[name]) for name in COLUMNS},
        "villages": [(names.get(code, _("Village not known")), row_of(told, code)) for code in told.villages],
        "workers": changes_by_worker(session.db(), run) if reads else [],
        "shifts": [
            (SHIFT_WORDS[name], told.shifts.cells[name]) for name in SHIFT_NAMES if is_some(told.shifts.cells[name])
        ],
        "weeks": weeks_of(told),
    }


def row_of(told: ToldChanges, code: str) -> dict[str, Shown]:
    return {name: told.columns[name].cells[code] for name in COLUMNS}


def is_some(shown: Shown) -> bool:
    return shown.value != 0


def weeks_of(told: ToldChanges) -> list[dict[str, Any]]:
    """A row a week: its word, both numbers, and how long a bar each has, in percent of the longest.

    What lies before this week or after the last one is no single week: it would make all others look alike, so it has no bar.
    """
    single = [name for name in WEEK_NAMES if name not in (LATE, LATER)]
    longest = max((told.weeks[side].cells[name].value or 0 for side in SIDES for name in single), default=0)
    return [
        {
            "label": week_word(name),
            "sides": [(side, told.weeks[side].cells[name]) for side in SIDES],
            "bars": [(side, percent(told.weeks[side].cells[name], longest)) for side in SIDES]
            if name in single
            else [],
        }
        for name in WEEK_NAMES
    ]


def percent(shown: Shown, longest: int) -> int | None:
    """None for a number that is hidden."""
    if shown.value is None:
        return None
    return round(shown.value * 100 / longest) if longest else 0


def week_word(name: str) -> str:
    if name == LATE:
        return _("before")
    return _("later") if name == LATER else _("this week") if name == "0" else f"+{name}"
