"""Every row of domain.md 2.3 against its rule file: numbers, levels, stops, and the day proposed where nobody works."""

from datetime import date, timedelta

import pytest

from server.followups.ruleset import OF_A_PREGNANCY, Rule
from server.followups.windows import propose_day, window_of
from tests.server.followups.samples import RULES, day
from tests.server.followups.table import TABLE

ROWS: dict[str, tuple[str, ...]] = {
    # row of the section: its rules
    "2.1, EDD priority 5: book a dating check": ("ANC0",),
    "ANC1": ("ANC1",),
    "ANC2": ("ANC2",),
    "ANC3": ("ANC3",),
    "ANC3b": ("ANC3b",),
    "ANC4": ("ANC4",),
    "ANC4b / ANC4c": ("ANC4b", "ANC4c"),
    "ANC5": ("ANC5",),
    "ANC5b": ("ANC5b",),
    "ANC6": ("ANC6",),
    "ANC-H": ("ANC-H",),
    "ANC-D": ("ANC-D", "PN-D"),
    "REF-U": ("REF-U",),
    "REF-R": ("REF-R",),
    "BIRTH": ("BIRTH",),
    "PN0": ("PN0",),
    "PN1": ("PN1", "PN1-C", "PN1-H"),
    "PN-W1/W2": ("PN-W1", "PN-W2"),
    "PN42": ("PN42",),
    "PN-M": ("PN-M", "PN-D0"),
    "NB28": ("NB28",),
    "PL1": ("PL1",),
    "PPFP": ("PPFP", "PPFP-1", "PPFP-42"),
    "CN-clinic": tuple(f"ANC-C{number}" for number in range(1, 8)),
}
ELSEWHERE = ("REF-N", "REF-O", "FA-REFILL", "FA-OFFER-P", "FA-HIGH", "LAM-6")
"""What hangs on a pregnancy or a referral and is no row of this section."""
BY_ID = {rule.id: rule for rule in RULES}
OF_THE_SECTION = [name for names in ROWS.values() for name in names]


def test_every_row_has_its_rules_and_every_rule_its_story() -> None:
    told = {name for name, *_ in TABLE}
    assert [name for name in OF_THE_SECTION if name not in BY_ID or name not in told] == []
    hers = {rule.id for rule in RULES if rule.anchor in (*OF_A_PREGNANCY, "lost_on")}
    assert hers - set(OF_THE_SECTION) <= set(ELSEWHERE), "a rule of a pregnancy that the list above forgets"


WEEK = 7
NUMBERS: dict[str, tuple[str, int, int, int, list[tuple[str, int]]]] = {
    # rule: (counted from, open, due, close, [(level, first day)])
    "ANC0": ("registered_on", 0, 3, 7, [("amber", 8), ("red", 14)]),
    "ANC1": ("ga_anchor", 0, 84, 90, [("amber", 91), ("red", 97)]),
    "ANC2": ("ga_anchor", 112, 126, 146, [("amber", 140), ("red", 147)]),
    "ANC3": ("ga_anchor", 147, 154, 174, [("amber", 168), ("red", 175)]),
    "ANC3b": ("ga_anchor", 175, 182, 195, []),
    "ANC4": ("ga_anchor", 196, 210, 258, [("amber", 225), ("red", 259)]),
    "ANC4b": ("ga_anchor", 231, 238, 244, [("amber", 245)]),
    "ANC4c": ("ga_anchor", 245, 252, 258, [("amber", 259)]),
    "ANC5": ("ga_anchor", 259, 266, 286, [("amber", 280), ("red", 287)]),
    "ANC5b": ("ga_anchor", 273, 280, 286, [("amber", 287)]),
    "ANC6": ("ga_anchor", 287, 287, 287, [("red", 288), ("critical", 294)]),
    "ANC-H": ("extra_on", -7, 0, 0, [("red", 1), ("critical", 3)]),
    "ANC-D": ("reported_on", 0, 0, 1, [("red", 0), ("critical", 2)]),
    "REF-U": ("referred_on", 0, 1, 3, [("critical", 4)]),
    "REF-R": ("referred_on", 3, 7, 14, [("red", 15)]),
    "BIRTH": ("told_on", 0, 1, 2, [("amber", 3)]),
    "PN0": ("born_on", 0, 1, 1, [("critical", 2)]),
    "PN1": ("left_on", 0, 3, 7, [("amber", 5), ("red", 8)]),
    "PN1-C": ("left_on", 0, 3, 7, []),
    "PN1-H": ("left_on", 0, 1, 3, [("amber", 4)]),
    "PN-W1": ("born_on", 2, 3, 3, []),
    "PN-W2": ("born_on", 7, 10, 14, []),
    "PN42": ("born_on", 38, 42, 56, [("amber", 49), ("red", 57)]),
    "PN-M": ("born_on", 7, 42, 56, [("amber", 57)]),
    "PN-D": ("reported_on", 0, 0, 1, [("red", 0), ("critical", 2)]),
    "PN-D0": ("reported_on", 0, 0, 0, [("critical", 0)]),
    "NB28": ("born_on", 26, 28, 35, []),
    "PL1": ("lost_on", 0, 7, 14, [("amber", 15)]),
    "PPFP": ("ga_anchor", 28 * WEEK, 210, 258, []),
    "PPFP-1": ("left_on", 0, 3, 7, []),
    "PPFP-42": ("born_on", 38, 42, 56, []),
    "ANC-C1": ("ga_anchor", 6 * WEEK, 10 * WEEK, 13 * WEEK + 6, [("amber", 14 * WEEK), ("red", 14 * WEEK + 6)]),
    "ANC-C2": ("ga_anchor", 14 * WEEK, 16 * WEEK, 19 * WEEK + 6, [("amber", 19 * WEEK), ("red", 20 * WEEK)]),
    "ANC-C3": ("ga_anchor", 20 * WEEK, 22 * WEEK, 24 * WEEK + 6, [("amber", 24 * WEEK), ("red", 25 * WEEK)]),
    "ANC-C4": ("ga_anchor", 25 * WEEK, 26 * WEEK, 28 * WEEK + 6, [("amber", 28 * WEEK), ("red", 29 * WEEK)]),
    "ANC-C5": ("ga_anchor", 29 * WEEK, 30 * WEEK, 32 * WEEK + 6, [("amber", 32 * WEEK), ("red", 33 * WEEK)]),
    "ANC-C6": ("ga_anchor", 33 * WEEK, 34 * WEEK, 36 * WEEK + 6, [("amber", 36 * WEEK), ("red", 37 * WEEK)]),
    "ANC-C7": ("ga_anchor", 37 * WEEK, 38 * WEEK, 41 * WEEK + 6, [("amber", 40 * WEEK), ("red", 42 * WEEK)]),
}
LONG_AGO = timedelta(days=2000)


def days_of(rule: Rule, fact: str, on: date) -> dict[str, date]:
    """That fact on that day, and all others so early that they never count."""
    named = {one.fact for edge in (rule.open, rule.due, rule.close, rule.latest) for one in edge}
    return {**dict.fromkeys(named, on - LONG_AGO), fact: on}


@pytest.mark.parametrize("name", OF_THE_SECTION)
def test_the_numbers_of_a_rule_are_those_of_its_row(name: str) -> None:
    fact, opens, target, closes, levels = NUMBERS[name]
    anchor = day("2026-09-01")
    days = days_of(BY_ID[name], fact, anchor)
    window = window_of(BY_ID[name], days)
    assert [(edge - anchor).days for edge in (window.opens_on, window.due_on, window.closes_on)] == [
        opens,
        target,
        closes,
    ]
    edges = {**days, "open": window.opens_on, "due": window.due_on, "close": window.closes_on}
    steps = [(one.level, (edges[one.since.fact] - anchor).days + one.since.days) for one in BY_ID[name].severity]
    assert steps == levels and window.grace == 0


def test_what_ends_a_task_of_a_pregnancy() -> None:
    until_birth = {name for name in OF_THE_SECTION if "gave_birth" in BY_ID[name].stops}
    assert until_birth == {name for name in OF_THE_SECTION if name.startswith("ANC")} | {"PPFP"}
    assert {name for name in OF_THE_SECTION if "pregnancy_ended" not in BY_ID[name].stops} == {"PL1"}


def test_the_schedules_exclude_each_other_and_the_layer_lies_on_the_norm() -> None:
    norm = {"ANC1", "ANC2", "ANC3", "ANC4", "ANC5"}
    layer = {"ANC3b", "ANC4b", "ANC4c", "ANC5b", "PN-W1", "PN-W2"}
    of = {
        profile: {name for name in OF_THE_SECTION if profile in BY_ID[name].profiles}
        for profile in ("CN5", "CN5+WHO", "CN-clinic")
    }
    assert of == {"CN5": norm, "CN5+WHO": norm | layer, "CN-clinic": set(ROWS["CN-clinic"])}


def test_where_sources_disagree_the_rule_says_so() -> None:
    schedules = {name for name in OF_THE_SECTION if BY_ID[name].answer == "antenatal_contact"}
    disputed = {name for name in OF_THE_SECTION if BY_ID[name].disagreement}
    assert disputed == schedules | {"PN-W1", "PN-W2", "PN1", "PN42"}
    assert all(source.mark != "A" for number in range(1, 8) for source in BY_ID[f"ANC-C{number}"].sources)


def rests_2026(on: date) -> bool:
    """2026-02-15 to 02-23 off; the Saturdays 02-14 and 02-28 are swapped working days."""
    if day("2026-02-15") <= on <= day("2026-02-23"):
        return True
    return on.weekday() >= 5 and on not in (day("2026-02-14"), day("2026-02-28"))


def rests_2027(on: date) -> bool:
    """2027-02-05 to 02-11 off; Sunday 02-14 is a swapped working day."""
    if day("2027-02-05") <= on <= day("2027-02-11"):
        return True
    return on.weekday() >= 5 and on != day("2027-02-14")


STAYS_2026 = {
    *("ANC6", "ANC-D", "PN-D", "PN-D0", "REF-U", "BIRTH", "PN0", "PN1-H", "PN-W1", "NB28"),
}
"""Whose window opens in the break: the target day stays, because nothing clinical is put off."""
STAYS_2027 = STAYS_2026 | {"ANC0", "REF-R", "PN1", "PN1-C", "PN-W2", "PN42", "PPFP-1", "PPFP-42"}


@pytest.mark.parametrize("name", OF_THE_SECTION)
@pytest.mark.parametrize(
    ("target", "before", "rests", "stays"),
    [
        ("2026-02-17", "2026-02-14", rests_2026, STAYS_2026),
        ("2027-02-09", "2027-02-04", rests_2027, STAYS_2027),
    ],
    ids=["2026", "2027"],
)
def test_a_target_day_in_the_spring_festival_is_proposed_on_the_working_day_before(
    name: str, target: str, before: str, rests: object, stays: set[str]
) -> None:
    fact, _, due, _, _ = NUMBERS[name]
    rule = BY_ID[name]
    window = window_of(rule, days_of(rule, fact, day(target) - timedelta(days=due)))
    assert window.due_on == day(target)
    expected = target if name in stays else before
    assert propose_day(rule.kind, window, rests) == day(expected)  # type: ignore[arg-type]
