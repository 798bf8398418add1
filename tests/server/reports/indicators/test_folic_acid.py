"""I8b by one pregnancy: what counts is her last word after she was given some, before 13 weeks are over."""

from datetime import timedelta

import pytest

from server.followups.methods import Supply
from server.followups.offers import FolicWord
from server.reports.indicators.folic_acid import folic_of, taken
from tests.server.followups.samples import at_noon, check, day, pregnancy, woman

ANCHOR = day("2025-01-01")
FIRST, LAST = day("2025-01-01"), day("2025-12-31")


def on(days):
    return ANCHOR + timedelta(days=days)


def given(at):
    return Supply(f"s{at}", on(at), on(at + 90), at_noon("2025-06-01"))


def said(at, kind):
    return FolicWord(f"w{at}", on(at), at_noon("2025-06-01"), kind, "p1")


def asked(at, takes):
    return check(on(at).isoformat(), takes_folic=takes)


def outcome(**facts):
    found = folic_of(woman(pregnancies=(pregnancy("2025-01-01", "2025-02-20"),), **facts), "")
    cases = [one.done for one in taken(list(found), FIRST, LAST)]
    return cases[0] if cases else None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"folic_acid": (given(20),), "visits": (asked(60, True),)}, True),
        ({"folic_acid": (given(20),), "visits": (asked(60, False),)}, False),
        ({"folic_acid": (given(20),), "visits": (asked(60, None),)}, None),
        ({"folic_acid": (given(-60),), "folic_words": (said(50, "takes"),)}, True),
        ({"folic_acid": (given(20),), "folic_words": (said(50, "takes"),), "visits": (asked(80, False),)}, False),
        ({"folic_acid": (given(70),), "visits": (asked(60, True),)}, None),
        ({"folic_acid": (given(20),), "visits": (asked(92, True),)}, None),
        ({"folic_acid": (given(-91),), "visits": (asked(60, True),)}, None),
        ({"visits": (asked(60, True),)}, None),
    ],
)
def test_her_last_word_counts(facts, expected):
    assert outcome(**facts) is expected
