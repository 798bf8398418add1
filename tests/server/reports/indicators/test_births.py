"""Each rule of I1b to I5 by one woman: what counts as done, and who is in no number at all."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.followups.elsewhere import Transfer
from server.followups.facts import Facts, Stop, Visit
from server.followups.pregnancies import Birth, Dating, Outcome, Pregnancy
from server.reports.indicators import births
from server.reports.indicators.births import Course, courses_of
from tests.server.followups.samples import at_noon, day, woman

ANCHOR = day("2025-01-01")
FIRST, LAST = day("2025-01-01"), day("2026-12-31")


def on(days: int) -> date:
    return ANCHOR + timedelta(days=days)


HER = Course(
    woman="w1",
    place="",
    anchor=ANCHOR,
    registered_on=on(60),
    checks=(on(60), on(120), on(150), on(200), on(262)),
    ended_on=on(280),
    born_on=on(280),
    left_on=on(283),
    visits=(on(288), on(325)),
)


def outcome(count, first=FIRST, last=LAST, **given):
    """True, False, or None where she is not in it."""
    found = [case.done for case in count([replace(HER, **given)], first, last)]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, True),
        ({"checks": (on(90),)}, True),
        ({"checks": (on(91),)}, False),
        ({"checks": ()}, False),
        ({"anchor": None}, None),
        ({"born_on": None, "ended_on": on(89)}, None),
        ({"born_on": None, "ended_on": on(95)}, True),
        ({"came_on": on(91)}, None),
        ({"came_on": on(90)}, True),
        ({"gone_on": on(80)}, None),
        ({"gone_on": on(200)}, True),
    ],
)
def test_an_early_first_check_is_within_ninety_days(given, expected):
    assert outcome(births.registered_early, **given) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, True),
        ({"checks": HER.checks[:4]}, False),
        ({"checks": ()}, False),
        ({"born_on": None}, None),
        ({"gone_on": on(279)}, None),
        ({"gone_on": on(281)}, True),
    ],
)
def test_five_checks_at_any_time(given, expected):
    assert outcome(births.checked_five_times, **given) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, True),
        ({"checks": (on(90), on(112), on(174), on(196), on(259))}, True),
        ({"checks": (on(90), on(112), on(146), on(196), on(259))}, False),
        ({"registered_on": on(91)}, None),
        ({"born_on": on(258)}, None),
        ({"born_on": on(259), "checks": HER.checks[:4]}, True),
        ({"born_on": on(265), "checks": HER.checks[:4]}, False),
    ],
)
def test_one_check_in_each_of_the_five_windows(given, expected):
    assert outcome(births.checked_in_each_window, **given) is expected


@pytest.mark.parametrize(
    ("given", "soon", "official"),
    [
        ({}, True, True),
        ({"visits": (on(283 + 7),)}, True, True),
        ({"visits": (on(283 + 8),)}, False, True),
        ({"visits": (on(283 + 28),)}, False, True),
        ({"visits": (on(283 + 29),)}, False, False),
        ({"visits": (on(282),)}, False, False),
        ({"left_on": None}, None, None),
        ({"visits": (), "no_visits_on": on(285)}, None, None),
        ({"no_visits_on": on(290)}, True, True),
        ({"visits": (), "no_visits_on": on(300)}, False, None),
        ({"gone_on": on(285)}, None, None),
    ],
)
def test_a_visit_within_7_and_28_days_of_leaving_hospital(given, soon, official):
    assert outcome(births.visited_after(births.SOON), **given) is soon
    assert outcome(births.visited_after(births.OFFICIAL), **given) is official


@pytest.mark.parametrize(("day_after", "expected"), [(41, False), (42, True), (56, True), (57, False)])
def test_the_42_day_check_is_from_day_42_to_56(day_after, expected):
    assert outcome(births.seen_after_42_days, visits=(on(280 + day_after),)) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, True),
        ({"checks": HER.checks[:4]}, False),
        ({"checks": (on(91), on(120), on(150), on(200), on(262))}, False),
        ({"visits": (on(320),)}, False),
        ({"left_on": None, "visits": (on(308),)}, True),
        ({"left_on": None, "visits": (on(309),)}, False),
    ],
)
def test_complete_care_is_all_three(given, expected):
    assert outcome(births.cared_for_throughout, **given) is expected


@pytest.mark.parametrize(
    ("count", "last_day"),
    [
        (births.registered_early, 280),
        (births.checked_five_times, 336),
        (births.visited_after(births.SOON), 336),
        (births.visited_after(births.OFFICIAL), 336),
        (births.seen_after_42_days, 336),
        (births.cared_for_throughout, 336),
    ],
)
def test_a_birth_is_counted_in_the_window_of_its_56th_day(count, last_day):
    assert outcome(count, on(last_day), on(last_day)) is True
    assert outcome(count, FIRST, on(last_day - 1)) is None
    assert outcome(count, on(last_day + 1), LAST) is None


def a_birth(**given):
    return Pregnancy(
        **{
            "uuid": "p1",
            "event": "r",
            "registered_on": on(60),
            "received_at": at_noon("2025-03-02"),
            "datings": (Dating("r", on(3), "lmp", on(60)), Dating("s", ANCHOR, "ultrasound", on(80))),
            "first_check_on": on(60),
            "outcome": Outcome("b", "gave_birth", on(280), on(281)),
            "birth": Birth(on(280), on(281), left_on=on(283), no_visits=(on(290), "v")),
            **given,
        }
    )


def a_visit(form, at, **given):
    return Visit(f"{form}{at}", form, on(at), at_noon("2025-03-02"), **{"episode": "p1", **given})


def test_a_course_is_read_from_her_facts():
    facts: Facts = woman(
        pregnancies=(a_birth(),),
        visits=(
            a_visit("antenatal_check", 120),
            a_visit("antenatal_check", 120),
            a_visit("antenatal_check", 281, status="gave_birth"),
            a_visit("antenatal_check", 130, episode="p2"),
            a_visit("delivery_postnatal", 281, report="birth"),
            a_visit("delivery_postnatal", 288, report="pnc_visit"),
        ),
        stops=(Stop("transferred", on(400), "t"), Stop("contact_declined", on(2), "c")),
        transfers=(Transfer("t", "in", started=(on(20), "t")), Transfer("u", "out", started=(on(30), "u"))),
    )
    (course,) = courses_of(facts, "S")
    assert course == Course(
        woman="w1",
        place="S",
        anchor=ANCHOR,
        registered_on=on(60),
        checks=(on(60), on(120)),
        ended_on=on(280),
        born_on=on(280),
        left_on=on(283),
        visits=(on(288),),
        no_visits_on=on(290),
        came_on=on(20),
        gone_on=on(400),
    )


def test_of_a_loss_nothing_but_the_pregnancy_is_known():
    lost = a_birth(birth=None, outcome=Outcome("l", "ended", on(100), on(101)))
    facts = woman(pregnancies=(lost,), visits=(a_visit("delivery_postnatal", 120, report="pnc_visit"),))
    (course,) = courses_of(facts, "")
    assert (course.born_on, course.left_on, course.visits) == (None, None, ())
    counts = (births.checked_five_times, births.seen_after_42_days, births.cared_for_throughout)
    assert not any(list(count([course], FIRST, LAST)) for count in counts)
