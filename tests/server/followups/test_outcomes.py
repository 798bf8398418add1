"""What F4 and F5 tell of an end, read as facts: pure, with invented answers."""

import pytest

from server.followups.facts import Stop
from server.followups.pregnancies import Birth, DangerSign, Outcome, Pregnancy, Support
from server.registry.referrals import referral_uuid
from server.registry.telling import Event
from tests.server.followups.samples import day
from tests.server.followups.test_histories import F4, read, registration, the_pregnancy
from tests.server.followups.test_histories import told as tell

F5 = "delivery_postnatal"


def told(on: str, event: str = "b", **answers: str) -> Event:
    return tell(F5, on, event, episode="p1", **answers)


def after(*events: Event) -> Pregnancy:
    return the_pregnancy(registration(), *events)


def test_a_birth_is_read_with_its_days_and_her_wishes() -> None:
    known = {"birth_date": "2027-06-01", "discharge_date": "2027-06-03", "baby_state": "prefer_not"}
    one = after(told("2027-06-04", report_type="birth", consent_pnc="no", pnc_other="phone", **known))
    assert one.outcome == Outcome("b", "gave_birth", day("2027-06-01"), day("2027-06-04"))
    assert one.birth == Birth(
        on=day("2027-06-01"),
        told_on=day("2027-06-04"),
        left_on=day("2027-06-03"),
        left_told=(day("2027-06-04"), "b"),
        left_early=False,
        is_spoken_of=False,
        no_visits=(day("2027-06-04"), "b"),
    )


def test_a_loss_brings_her_answer_to_the_one_offer() -> None:
    first = told("2027-06-04", report_type="loss", loss_date="2027-06-01", loss_support="counsellor")
    second = told("2027-06-09", "c", report_type="loss", loss_support="none")
    one = after(first, second, told("2027-06-10", "d", report_type="loss"))
    assert one.outcome == Outcome("b", "ended", day("2027-06-01"), day("2027-06-04"))
    assert one.birth is None
    assert one.support == (Support("b", day("2027-06-04"), True), Support("c", day("2027-06-09"), False))


def test_a_baby_that_died_leaves_the_birth_known_and_the_pregnancy_ended() -> None:
    one = after(told("2027-06-04", report_type="pnc_visit", birth_date="2027-06-01", baby_state="died"))
    assert one.outcome == Outcome("b", "ended", day("2027-06-04"), day("2027-06-04"))
    assert one.birth == Birth(day("2027-06-01"), day("2027-06-04"))


def test_a_visit_after_birth_says_what_it_was_whose_and_how_she_felt() -> None:
    facts = read(
        registration(),
        told("2027-06-04", "a", report_type="birth"),
        told("2027-06-09", "b", report_type="pnc_visit", my_role="clinician", mood2="low"),
        told("2027-06-10", "c", report_type="pnc_visit", my_role="village_worker", mood2="none"),
        told("2027-06-11", "d", next_date="2027-06-20"),
    )
    assert [(one.event, one.report, one.by_clinician, one.mood) for one in facts.visits[1:]] == [
        ("a", "birth", False, None),
        ("b", "pnc_visit", True, "low"),
        ("c", "pnc_visit", False, "well"),
    ]


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"danger_pp": "bleeding", "danger_nb": "cord"}, "after_birth"),
        ({"danger_nb": "cord", "danger_pp": "none"}, "baby"),
        ({"temp": "38.5"}, "after_birth"),
        ({"mood2": "self_harm", "danger_pp": "bleeding"}, "self_harm"),
    ],
)
def test_whose_the_signs_are_decides_what_outlasts_a_loss(answers: dict[str, str], kind: str) -> None:
    facts = read(registration(), told("2027-06-04", report_type="pnc_visit", **answers))
    assert facts.danger_signs == (DangerSign("b", "p1", day("2027-06-04"), kind),)
    (referral,) = facts.referrals
    assert (referral.uuid, referral.urgency) == (referral_uuid("b"), "urgent")
    assert referral.pregnancy == ("p1" if kind == "baby" else None), "a loss ends what was asked for the baby's sake"


def test_no_contact_after_a_birth_stops_that_pregnancy_until_she_says_otherwise() -> None:
    no = told("2027-06-04", report_type="birth", consent_pnc="no", pnc_other="none")
    assert read(registration(), no).stops == (Stop("contact_declined", day("2027-06-04"), "b", episode="p1"),)
    yes = told("2027-06-09", "c", report_type="pnc_visit", consent_pnc="yes")
    assert read(registration(), no, yes).stops == ()
    clinic = told("2027-06-04", report_type="birth", consent_pnc="no", pnc_other="clinic")
    assert read(registration(), clinic).stops == ()


def test_what_f4_alone_tells_of_a_birth_is_enough_to_begin_with() -> None:
    one = after(tell(F4, "2027-06-04", "f4", still_pregnant="gave_birth"))
    assert one.birth == Birth(day("2027-06-04"), day("2027-06-04"))
