"""Referrals, removals and transfers: what is in time, and what is no missed one."""

from datetime import date, timedelta

import pytest

from server.followups.elsewhere import Referral, Transfer
from server.followups.working_days import WEEKENDS_ONLY
from server.reports.indicators.elsewhere import (
    Sent,
    referrals_closed,
    removals_done,
    sent_of,
    transfers_acknowledged,
)
from tests.server.followups.samples import day, woman

REFERRED = day("2026-01-05")  # a Monday
FIRST, LAST = day("2026-01-01"), day("2026-03-31")


def after(days: int) -> date:
    return REFERRED + timedelta(days=days)


def of_referral(count, urgency, gone=None, **given):
    sent = [Sent("w1", "", (Referral("r", urgency, REFERRED, **given),), (), gone)]
    found = [case.done for case in count(sent, FIRST, LAST)]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("urgency", "given", "expected"),
    [
        ("routine", {"outcome_on": after(14)}, True),
        ("routine", {"outcome_on": after(15)}, False),
        ("urgent", {"outcome_on": after(3)}, True),
        ("urgent", {"outcome_on": after(4)}, False),
        ("routine", {}, False),
        ("routine", {"closed_on": after(10)}, None),
        ("routine", {"closed_on": after(20)}, False),
        ("routine", {"gone": after(5)}, None),
        ("removal", {"outcome_on": after(3)}, None),
    ],
)
def test_a_referral_is_closed_within_14_days_and_an_urgent_one_within_3(urgency, given, expected):
    assert of_referral(referrals_closed, urgency, **given) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"outcome_on": after(7)}, True),
        ({"outcome_on": after(8)}, False),
        ({}, False),
        ({"closed_on": after(30)}, None),
    ],
)
def test_a_removal_is_done_within_7_days_unless_she_goes_on(given, expected):
    assert of_referral(removals_done, "removal", **given) is expected


def of_transfer(**given):
    sent = [Sent("w1", "", (), (Transfer("t", **{"direction": "out", "agreed": (REFERRED, "a"), **given}),))]
    found = [case.done for case in transfers_acknowledged(sent, WEEKENDS_ONLY, FIRST, LAST)]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"received": (day("2026-01-14"), "b")}, True),  # the seventh working day
        ({"received": (day("2026-01-15"), "b")}, False),
        ({}, False),
        ({"cancelled": (day("2026-01-07"), "c")}, None),
        ({"agreed": None}, None),
        ({"direction": "in"}, None),
    ],
)
def test_a_transfer_is_acknowledged_within_7_working_days(given, expected):
    assert of_transfer(**given) is expected


def test_a_referral_is_counted_in_the_window_of_its_last_possible_day():
    sent = [Sent("w1", "", (Referral("r", "routine", REFERRED),), ())]
    assert list(referrals_closed(sent, FIRST, after(13))) == []
    assert len(list(referrals_closed(sent, after(14), after(14)))) == 1


def test_who_was_sent_nowhere_is_not_kept():
    assert sent_of(woman(), "") is None
    assert sent_of(woman(referrals=(Referral("r", "urgent", REFERRED),)), "S").place == "S"
