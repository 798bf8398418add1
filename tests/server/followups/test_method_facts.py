"""What F6 tells of a method, as facts: cards, agreed days, reviews, complaints, ends."""

import pytest

from server.followups.methods import Card, Complaint, Review
from server.registry.telling import Event
from tests.server.followups.samples import at_noon, day
from tests.server.followups.test_histories import F6, read, the_method, told

FIRST = told(
    F6, "2026-11-02", "first", reason="start", method="implant", reminder_wish="phone", start_date="2026-11-01"
)


def later(event: str, on: str = "2026-12-02", **answers: str) -> Event:
    return told(F6, on, event, choice_hers="yes", **answers)


def test_a_method_is_known_from_its_first_record_on() -> None:
    one = the_method(later("second", reason="check"), FIRST)
    assert (one.noted_on, one.started_on) == (day("2026-11-02"), day("2026-11-01"))


def test_a_card_that_is_told_again_the_same_is_the_same_card() -> None:
    seen = [later(f"seen {on}", on, expiry_on_card=expires) for on, expires in (
        ("2026-12-02", "2029-11-01"), ("2027-01-02", "2029-11-01"), ("2027-02-02", "2028-11-01"), ("2027-03-02", "soon"),
    )]  # fmt: skip
    assert the_method(FIRST, *seen).cards == (
        Card("seen 2026-12-02", day("2026-12-02"), at_noon("2026-12-02"), day("2029-11-01")),
        Card("seen 2027-02-02", day("2027-02-02"), at_noon("2027-02-02"), day("2028-11-01")),
    )


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("2026-11-28", "2026-11-28"),
        ("2027-02-08", "2027-02-08"),
        ("2027-02-09", None),
        ("2026-11-02", None),
        ("", None),
    ],
)
def test_the_day_that_the_clinic_wrote_is_taken_unless_it_is_a_slip(written: str, known: str | None) -> None:
    one = the_method(
        told(
            F6, "2026-11-02", reason="reinject", method="cic", last_injection="2026-11-02", next_injection_date=written
        )
    )
    assert one.injections[0].next_on == (day(known) if known else None)


@pytest.mark.parametrize(
    ("answers", "is_review"),
    [
        ({"reason": "check"}, True),
        ({"reason": "start"}, True),
        ({"reason": "resupply"}, False),
        ({"reason": "resupply", "bp_sys": "118", "bp_dia": "76"}, True),
        ({"reason": "resupply", "bp_sys": "118"}, False),
    ],
)
def test_a_check_or_a_measured_blood_pressure_is_a_review(answers: dict[str, str], is_review: bool) -> None:
    found = the_method(told(F6, "2026-11-02", "one", method="coc", **answers)).reviews
    assert found == ((Review("one", day("2026-11-02"), at_noon("2026-11-02")),) if is_review else ())


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"reason": "check", "side_effects": "none"}, None),
        ({"reason": "check"}, None),
        ({"reason": "problem"}, "plain"),
        ({"reason": "check", "side_effects": "headache weight"}, "plain"),
        ({"reason": "check", "side_effects": "headache", "refer_urgency": "routine"}, "plain"),
        ({"reason": "check", "side_effects": "headache", "refer_urgency": "urgent"}, "severe"),
        ({"reason": "check", "side_effects": "heavy"}, "severe"),
        ({"reason": "check", "side_effects": "string_missing"}, "severe"),
        ({"reason": "check", "side_effects": "heavy", "danger_fp": "none"}, "severe"),
        ({"reason": "check", "danger_fp": "calf_pain"}, "danger"),
        ({"reason": "check", "bp_sys": "165", "bp_dia": "90"}, "danger"),
    ],
)
def test_what_she_is_not_well_with_has_its_weight(answers: dict[str, str], kind: str | None) -> None:
    found = the_method(told(F6, "2026-11-02", "one", method="coc", **answers)).complaints
    assert found == ((Complaint("one", day("2026-11-02"), at_noon("2026-11-02"), kind),) if kind else ())


def test_what_was_not_her_own_choice_makes_no_fact() -> None:
    pressed = told(
        F6, "2026-12-02", "pressed", pressure="yes", reason="check", side_effects="heavy", expiry_on_card="2029-01-01"
    )
    one = the_method(FIRST, pressed)
    assert (one.cards, one.complaints, one.wants_follow_up) == ((), (), False)


@pytest.mark.parametrize("reason", ["stop", "switch"])
def test_the_last_end_is_told_by_its_record(reason: str) -> None:
    one = the_method(
        FIRST, later("wished", "2026-12-02", reason="check", wish="stop"), later("end", "2027-01-02", reason=reason)
    )
    assert (one.ended_on, one.ended_by) == (day("2027-01-02"), "end")
    assert (the_method(FIRST).ended_on, the_method(FIRST).ended_by) == (None, "")


def test_the_day_on_which_other_milk_is_told_is_known_of_the_birth() -> None:
    registration = told(
        "pregnancy_registration", "2026-10-20", wants_registration="yes", lmp_known="exact", lmp_date="2026-09-01"
    )
    after = [
        told("delivery_postnatal", on, episode="p1", report_type=report, **({"feeding": feeding} if feeding else {}))
        for on, report, feeding in (
            *(("2027-06-01", "birth", ""), ("2027-06-08", "pnc_visit", "exclusive")),
            *(("2027-07-10", "pnc_visit", "mixed"), ("2027-08-10", "pnc_visit", "formula")),
        )
    ]
    for count, found in ((1, None), (2, None), (3, "2027-07-10"), (4, "2027-07-10")):
        (one,) = read(registration, *after[:count]).pregnancies
        assert one.birth and one.birth.other_food_on == (day(found) if found else None)


def test_a_clinicians_phone_makes_a_clinicians_visit() -> None:
    facts = read(
        FIRST,
        later("hers", reason="check", my_role="clinician"),
        later("workers", reason="check", my_role="village_worker"),
    )
    assert {one.event for one in facts.visits if one.by_clinician} == {"hers"}
