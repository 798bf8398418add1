"""One subject's follow-ups by the rules of her town, with the versions that her known tasks keep."""

from datetime import date

from server.followups.facts import Facts
from server.followups.known_rows import Known
from server.followups.pins import Versions
from server.followups.rules import Judged, judge_by
from server.followups.town_rules import TownRules
from server.followups.working_days import Calendar


def judge(facts: Facts, town: TownRules, rows: Known, today: date, calendar: Calendar | None = None) -> Judged:
    """The follow-ups as they stand. `rows` are hers, by key: they keep the versions that they were worked out by.

    One that had ended and is asked for again is an open task: it goes by the version that open ones were moved to.
    """
    pins = town.pins_of(rows.values(), today)
    while True:
        judged = judge_by(facts, Versions(town.on(today), pins), calendar)
        behind = {
            one.key
            for one in judged.dues
            if one.is_task and one.key in pins and town.is_behind(one.rule, pins[one.key])
        }
        if not behind:
            return judged
        pins = {key: town.moved_to[rows[key].rule] if key in behind else version for key, version in pins.items()}
