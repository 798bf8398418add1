"""What was done with a visit by hand, in words: neutral ones, of the service and never of a woman."""

from typing import Any

from flask_babel import lazy_gettext as _l

from server.followups.act_history import Told
from server.followups.acting import Doer, may_undo
from server.models import FollowUp
from server.web import session
from server.web.pages.shell import say_day
from server.web.pages.texts import _

REASON_WORDS = {
    "not_home": _l("Not at home"),
    "asked_later": _l("She asked for later"),
    "contact_unsafe": _l("It is not safe to contact her now"),
    "out_of_stock": _l("What she needs is out of stock"),
    "weather_road": _l("Weather or road"),
    "done_elsewhere": _l("Done elsewhere"),
    "declined": _l("Not wanted now"),
    "never_again": _l("She wants no reminders of this kind"),
    "not_wanted": _l("She says that it is no longer needed"),
    "wrong_record": _l("The record is wrong"),
    "away": _l("On leave or at a training"),
    "workload": _l("Too many visits"),
    "near_her": _l("She is a relative or neighbour"),
    "other": _l("Something else"),
}
KIND_WORDS = {
    "snooze": _l("Put off"),
    "done_elsewhere": _l("Done elsewhere"),
    "declined": _l("Not wanted now"),
    "not_wanted": _l("No longer needed, she says"),
    "wrong_record": _l("The record is wrong"),
    "reassign": _l("Given to somebody else"),
}


def history_line(told: Told, row: FollowUp, doer: Doer) -> dict[str, Any]:
    """One line of a visit's history: what, why, by whom, and whether the reader may take it back or confirm it."""
    act = told.act
    return {
        "what": what_of(told),
        "reason": REASON_WORDS.get(act.reason, "") if act.kind in ("snooze", "reassign") else "",
        "note": act.note,
        "by": told.by,
        "at": act.made_at,
        "undone": _("taken back by %(name)s", name=told.undone_by) if told.undone_by else "",
        "confirmed": _("confirmed by %(name)s", name=told.confirmed_by) if told.confirmed_by else "",
        "undo": f"/follow-ups/{row.visit_key}/acts/{act.id}/undo" if may_undo(doer, act, session.now()) else "",
        "confirm": f"/follow-ups/{row.visit_key}/acts/{act.id}/confirm" if may_confirm(doer, told) else "",
    }


def may_confirm(doer: Doer, told: Told) -> bool:
    waits = told.act.kind == "wrong_record" and told.act.confirmed_at is None and told.act.undone_at is None
    return waits and doer.is_supervisor and told.act.by_id != doer.actor_id


def what_of(told: Told) -> str:
    act = told.act
    if act.kind == "snooze" and act.day:
        return _("Put off until %(day)s", day=say_day(act.day))
    if act.kind == "done_elsewhere" and act.day:
        return _("Done elsewhere on %(day)s", day=say_day(act.day))
    if act.kind == "reassign":
        names = {"name": told.to or ""}
        until = _("Given to %(name)s until %(day)s", day=say_day(act.until_day), **names) if act.until_day else ""
        return until or _("Given to %(name)s", **names)
    return str(REASON_WORDS.get(act.reason, KIND_WORDS[act.kind]))
