"""Occasions of transfers of care (domain.md 2.6, MIG). Pure."""

from collections.abc import Iterator
from datetime import date

from server.followups.elsewhere import Transfer
from server.followups.facts import Facts
from server.followups.occasions import Occasion
from server.followups.ruleset import Rule
from server.followups.transfer_facts import checked_in, needs_checks


def of_sent(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Transfers out of here, from the day on which she agreed to what is passed on now."""
    for one in facts.transfers:
        if one.direction == "out" and one.agreed and is_for_checks(rule, facts, one):
            days = {"sent_on": one.agreed[0]}
            yield Occasion(one.uuid, None, one.agreed[0], days, pregnancy=checked_in(facts, one))


def of_taken_over(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Transfers in whose package is here while she was not."""
    for one in facts.transfers:
        if one.direction == "in" and one.received:
            yield Occasion(one.uuid, None, one.received[0], {"taken_over_on": one.received[0]})


def of_arrivals(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one in facts.transfers:
        if one.direction == "in" and one.started and is_for_checks(rule, facts, one):
            days = {"arrived_on": one.started[0]}
            yield Occasion(one.uuid, None, one.started[0], days, pregnancy=checked_in(facts, one))


def is_for_checks(rule: Rule, facts: Facts, transfer: Transfer) -> bool:
    return rule.checks is None or (rule.checks == "needed") == needs_checks(facts, transfer)
