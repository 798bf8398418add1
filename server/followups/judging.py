"""One subject's follow-ups by the rules of her town, with the versions that her known tasks keep."""

from collections.abc import Mapping
from datetime import date

from server.followups.due import Due
from server.followups.facts import Facts
from server.followups.pins import Pins
from server.followups.rules import due_for
from server.followups.town_rules import TownRules
from server.followups.windows import is_weekend
from server.models import FollowUp


def judge(facts: Facts, town: TownRules, rows: Mapping[str, FollowUp], today: date) -> tuple[tuple[Due, ...], Pins]:
    """The follow-ups as they stand, and the versions that they keep. `rows` are hers, by key.

    One that had ended and is asked for again is an open task: it goes by the version that open ones were moved to.
    """
    pins = town.pins_of(rows.values(), today)
    while True:
        dues = due_for(facts, town.every, today, is_weekend, pins)
        behind = {
            one.key for one in dues if one.is_task and one.key in pins and town.is_behind(one.rule, pins[one.key])
        }
        if not behind:
            return dues, pins
        pins = {key: town.moved_to[rows[key].rule] if key in behind else version for key, version in pins.items()}
