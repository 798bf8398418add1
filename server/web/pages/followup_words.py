"""How a follow-up is written on a page: where it stands, in a shape and a word, and how many days that leaves. Neutral."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from server.followups.due import TASK_STATES
from server.followups.queries import is_snoozed, last_day, state_at
from server.followups.ruleset import Words
from server.followups.standing import standing_of
from server.models import FollowUp, Household
from server.web import languages
from server.web.pages import moments
from server.web.pages.texts import _, _n


@dataclass(frozen=True)
class Mark:
    """Shape, word and colour: each alone says it (ui.md section 2). `kind` is the class that colours the word.

    `level` is a word before the days, for what is critical or perhaps done. `note` says more where there is room: how far
    a late one went, and until when one was put off.
    """

    shape: str
    words: str
    kind: str
    level: str = ""
    note: str = ""

    @property
    def full(self) -> str:
        return _("%(level)s, %(days)s", level=self.level, days=self.words) if self.level else self.words


ENDS = {
    "done_on_time": ("done", _l("Done")),
    "done_late": ("done", _l("Done late")),
    "done_elsewhere": ("done", _l("Done elsewhere")),
    "declined": ("ended", _l("Not wanted now")),
    "not_wanted": ("ended", _l("No longer needed, she says")),
    "expired": ("ended", _l("No longer asked for")),
    "missed_merged": ("ended", _l("Merged into the next")),
    "superseded": ("ended", _l("No longer needed")),
    "transferred": ("ended", _l("Cared for elsewhere now")),
}

LATE_WORDS = {
    "overdue_amber": _l("Overdue, amber"),
    "overdue_red": _l("Overdue, red"),
    "escalated": _l("Overdue, the town's lead was told"),
}

STATE_NAMES = {
    "overdue": _l("Overdue"),
    "due": _l("Due"),
    "open": _l("Can be done"),
}

SHAPES = {"info": "due", "amber": "amber", "red": "over", "critical": "critical"}


def mark_of(row: FollowUp, today: date, perhaps_done: bool = False) -> Mark:
    """Where it stands that day, by the one definition of overdue: past the last day and its grace.

    `perhaps_done` (followups/syncing.py) takes the colour away, and never that of what is critical.
    """
    state, standing = state_at(row, today), standing_of(row, today)
    if state not in TASK_STATES:
        shape, word = ENDS[standing]
        return Mark(shape, str(word), shape)
    if state == "scheduled":
        return Mark("scheduled", _("from %(day)s", day=short_day(row.opens_on, today)), "scheduled")
    note = note_of(row, standing, today)
    if row.severity == "critical":
        return Mark("critical", days_in_words(row, today), "critical", _("Critical"), note)
    if perhaps_done:
        return Mark("perhaps", days_in_words(row, today), "perhaps", _("Perhaps done, awaiting sync"), note)
    shape = "over" if state == "overdue" else SHAPES[row.severity]
    kind = "late-amber" if standing == "overdue_amber" else shape
    return Mark(shape, days_in_words(row, today), kind, note=note)


def note_of(row: FollowUp, standing: str, today: date) -> str:
    """One that was put off is late all the same, where it is: both are said."""
    notes = [str(LATE_WORDS[standing])] if standing in LATE_WORDS else []
    if is_snoozed(row, today) and row.snoozed_until:
        notes.append(_("put off until %(day)s", day=short_day(row.snoozed_until, today)))
    return _("; ").join(notes)


def days_in_words(row: FollowUp, today: date) -> str:
    """Still so many days until the last one, or so many over it. Lateness is the service's, so no person is named."""
    left = (last_day(row) - today).days
    if left < 0:
        return _n("%(num)s day over", "%(num)s days over", -left)
    return _n("%(num)s day left", "%(num)s days left", left) if left else _("Last day today")


def home_words(home: Household | None) -> str:
    """二社 014: where one goes, as the town writes it; empty where she did not agree to be found at home."""
    if home is None:
        return ""
    return f"{home.hamlet} {home.door_code}" if home.hamlet and home.door_code else home.label


def in_language(words: Words) -> str:
    return words.en if languages.language_tag() == "en" else words.zh


def short_day(day: date, today: date) -> str:
    """11月8日 or 8 Nov, with the year when it is another one: for sums, where the day of the week is in the way."""
    if languages.language_tag() == "en":
        year = "" if day.year == today.year else f" {day.year}"
        return f"{day.day} {moments.MONTHS[day.month - 1]}{year}"
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def line_of(row: FollowUp, label: str, today: date, perhaps_done: bool = False) -> dict[str, Any]:
    """One line of a list: a neutral label, where it stands, the last day, and where to read what to do.

    `proposed` is the day to propose while it is still ahead: she may be visited before it.
    """
    return {
        "href": f"/follow-ups/{row.visit_key}",
        "label": _("Visit to this home") if row.subject_list == "households" else label,
        "mark": mark_of(row, today, perhaps_done),
        "proposed": row.proposed_on if row.proposed_on > today else None,
        "last": last_day(row),
        "over": today > last_day(row),
    }
