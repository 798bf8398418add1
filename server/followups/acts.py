"""What people did with a follow-up by hand, as the rules read it. Pure: in any order, and an act undone was never made."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Final

from server.followups.endings import Ending
from server.followups.facts import Act, Facts
from server.followups.occasions import Occasion
from server.followups.ruleset import OF_A_PREGNANCY, Rule
from server.followups.stops import Cause
from server.followups.windows import Window

CLOSING: Final = ("done_elsewhere", "declined", "not_wanted")
"""Acts that end a follow-up, each in the state of its name (due.END_STATES)."""

WRONG_RECORD: Final = "wrong_record"


def acts_on(facts: Facts, key: str, today: date) -> list[Act]:
    """Those about one follow-up, or about all of hers, that were made by that day; the latest last."""
    known = (one for one in facts.acts if one.key in (key, "") and one.on <= today)
    return sorted(known, key=lambda one: (one.at, one.event))


def ending_by_hand(facts: Facts, key: str, today: date) -> Ending | None:
    """The earliest act that ends a follow-up. Where its window was moved since, it stands all the same."""
    closing = ((one.moment, one.event, one.kind) for one in acts_on(facts, key, today) if one.kind in CLOSING)
    first = min(closing, default=None)
    return Ending(first[2], first[0], first[1]) if first else None


def first_of(told: Ending | None, by_hand: Ending | None, stops: Collection[Cause]) -> Ending | None:
    """Of what a record and what a person said the earlier; a stop that came before the person's word leaves that void."""
    if by_hand is None or by_hand.on is None or any(one.on is None or one.on <= by_hand.on for one in stops):
        return told
    comes_first = told is not None and told.is_answer and told.on is not None and told.on <= by_hand.on
    return told if comes_first else by_hand


def causes_by_hand(facts: Facts, rule: Rule, key: str, occasion: Occasion, today: date) -> Iterator[Cause]:
    """That its record is wrong, while somebody says so; and that she asked at another one not to be asked this again.

    What belongs to a pregnancy is asked again of another pregnancy: she registers that one herself.
    """
    for one in sorted(facts.acts, key=lambda each: (each.on, each.event)):
        if one.on > today:
            continue
        if one.kind == WRONG_RECORD and one.key == key:
            yield Cause(WRONG_RECORD, one.on, one.event)
        here = one.episode in (None, occasion.episode) or rule.anchor not in OF_A_PREGNANCY
        if one.never_again == rule.answer and one.key != key and here:
            yield Cause("asked_to_stop", one.on, one.event)


def snoozed_until(facts: Facts, key: str, window: Window, severity: str, today: date) -> date | None:
    """The day on which it comes back; None when it is not put off that day.

    One that has turned red since comes back after its last day, unless a supervisor put it off further (limits.py).
    """
    is_urgent = severity in ("red", "critical") and today > window.closes_on
    days = (
        one.day
        for one in acts_on(facts, key, today)
        if one.kind == "snooze" and one.day and one.day > today and (one.by_supervisor or not is_urgent)
    )
    return max(days, default=None)


def given_to(facts: Facts, key: str, today: date) -> Act | None:
    """The act by which it is somebody else's that day: the latest of those that hold."""
    holding = (one for one in acts_on(facts, key, today) if one.kind == "reassign")
    return next((one for one in reversed(list(holding)) if one.until is None or one.until >= today), None)


def next_change_by_hand(snoozed: date | None, given: Act | None) -> Iterator[date]:
    """The days on which an act is over by itself."""
    if snoozed:
        yield snoozed
    if given and given.until:
        yield given.until + timedelta(days=1)
