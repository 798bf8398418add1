"""Words of the rights desk: kinds, what became of them, days left, and a report's lines."""

from datetime import date, datetime
from typing import Any

import orjson
from flask_babel import lazy_gettext as _l

from server.models import RightsRequest
from server.registry.erasing import NEVER_KEPT
from server.registry.rights_desk import hours_left
from server.web.pages.shell import say_day
from server.web.pages.texts import _, _n

KIND_WORDS = {
    "export": _l("A copy of her data"),
    "correction": _l("Correct her data"),
    "restriction": _l("Keep, but do not use"),
    "erasure": _l("Delete her data"),
    "contact": _l("How she is reached"),
}
WISH_WORDS = {
    "other_person": _l("by somebody else than now"),
    "no_home_visits": _l("not at her door"),
    "other_number": _l("by another number"),
    "ask_me": _l("she wishes to be asked"),
}
OUTCOME_WORDS = {
    "done": _l("done"),
    "noted": _l("noted beside the record"),
    "declined_by_her": _l("she let it rest"),
    "erased": _l("she was removed meanwhile"),
}
COUNTED = {
    "records": _l("Records emptied"),
    "versions": _l("Versions of records"),
    "files": _l("Files deleted"),
    "shared_files": _l("Files that others have too (kept for them)"),
    "comments": _l("Comments"),
    "entities": _l("Entries in lists"),
    "entity_versions": _l("Versions of entries"),
    "follow_ups": _l("Follow-ups"),
    "follow_up_acts": _l("What was done with visits by hand"),
    "notices": _l("Notices"),
    "withdrawals": _l("Withdrawals noted at the office"),
    "waiting_changes": _l("Changes that waited"),
    "derived_rows": _l("Rows worked out from records"),
    "old_versions_elsewhere": _l("Earlier versions in records of others"),
    "made_exports": _l("Exports kept on the server"),
    "photo_copies": _l("Copies of photos without their place, kept on the server"),
    "audit_rows": _l("Rows of the audit that named her (now a hash)"),
}


def outcome_word(outcome: str | None) -> str:
    return str(OUTCOME_WORDS.get(outcome or "", ""))


def say_due(one: RightsRequest, now: datetime) -> str:
    """How much of the 72 hours is left, or when it was answered."""
    if one.closed_at is not None:
        return _("answered")
    left = hours_left(one, now)
    if left >= 0:
        return _n("%(num)s hour left", "%(num)s hours left", left)
    return _n("%(num)s hour over", "%(num)s hours over", -left)


def report_lines(found: RightsRequest | None, report: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """What was counted, one line each; lines of nothing are left out, but for what is never kept."""
    if found is not None:
        report = orjson.loads(found.report_json) if found.report_json else None
    if not report:
        return []
    lines = [
        (str(word), str(report[name]))
        for name, word in COUNTED.items()
        if report.get(name) or (name in NEVER_KEPT and name in report)
    ]
    if report.get("backups_until"):
        lines.append((_("Backups still hold her until"), say_day(date.fromisoformat(report["backups_until"]))))
    return lines
