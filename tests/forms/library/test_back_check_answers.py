"""F11, what is told of the service: asked blindly, in plain words, with a kind answer where something went wrong."""

import pytest

from tests.forms.library.backchecks import HERS, OF_THE_SERVICE, TOOK_PLACE, WILLING, fill, pocket, refused
from tests.forms.library.filling import Phone, day, empty


@pytest.mark.parametrize("answer", ["no", "unknown", "prefer_not", None])
def test_of_a_service_that_did_not_surely_take_place_nothing_more_is_asked(phone: Phone, answer: str | None) -> None:
    filled = fill(phone, **WILLING, visit_happened=answer, paid="yes", date_known="exact")

    assert filled.shown.isdisjoint(OF_THE_SERVICE | {"date_match", "concern_note"})
    assert ("not_happened_note" in filled.shown) is (answer == "no")
    assert "verdict" in filled.shown


def test_of_one_that_took_place_everything_is_asked(phone: Phone) -> None:
    filled = fill(phone, **TOOK_PLACE)

    assert filled.shown >= OF_THE_SERVICE
    assert "not_happened_note" not in filled.shown


@pytest.mark.parametrize(("known", "asked"), [("exact", True), ("about", True), ("no", False), (None, False)])
def test_the_day_is_asked_of_who_remembers_it(phone: Phone, known: str | None, asked: bool) -> None:
    assert ("date_match" in fill(phone, **TOOK_PLACE, date_known=known).shown) is asked


@pytest.mark.parametrize(("distance", "taken"), [(-10, True), (-9, False), (-375, True), (-376, False)])
def test_the_day_lies_in_the_year_before_the_back_check(phone: Phone, distance: int, taken: bool) -> None:
    answers = {**TOOK_PLACE, "visit_date": day(-10), "date_known": "about", "date_match": day(distance)}

    assert refused(phone, **answers) == ([] if taken else ["date_match"])


@pytest.mark.parametrize("question", ["service_match", "explained_match"])
@pytest.mark.parametrize("alone", ["none", "unknown", "prefer_not"])
def test_nothing_and_not_known_stand_alone(phone: Phone, question: str, alone: str) -> None:
    other = {"service_match": "form", "explained_match": "rights"}[question]

    assert refused(phone, **TOOK_PLACE, **{question: f"{other} {alone}"}) == [question]
    assert fill(phone, **TOOK_PLACE, **{question: alone}).values[question] == alone


def test_several_things_may_be_told(phone: Phone) -> None:
    told = {"service_match": "talk measure supplies form refer phone"}
    told |= {"explained_match": "rights keeping care danger next complain"}
    filled = fill(phone, **TOOK_PLACE, **told)

    assert {name: filled.values[name] for name in told} == told


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"paid": "yes"}, True),
        ({"felt_free_to_refuse": "no"}, True),
        ({"consent_was_asked": "no"}, True),
        ({"paid": "no", "felt_free_to_refuse": "yes", "consent_was_asked": "yes"}, False),
        ({"paid": "unknown", "felt_free_to_refuse": "prefer_not", "consent_was_asked": "unknown"}, False),
        ({}, False),
    ],
)
def test_who_was_not_asked_not_free_or_charged_reads_where_to_turn(
    phone: Phone, answers: dict[str, str], said: bool
) -> None:
    assert ("concern_note" in fill(phone, **TOOK_PLACE, **answers).shown) is said


def test_without_a_number_of_a_clinic_it_says_so(phone: Phone) -> None:
    none = pocket().with_rows("clinics", empty(("name", "label", "phone")))

    assert "还没有填" in fill(phone, none, **TOOK_PLACE, paid="yes").values["clinic_phones"]


@pytest.mark.parametrize("verdict", ["ok", "minor", "major", "cannot_tell"])
def test_the_checker_judges_in_one_of_four_words(phone: Phone, verdict: str) -> None:
    assert fill(phone, **{**TOOK_PLACE, "verdict": verdict}).values["verdict"] == verdict


POINT = "30.5 105.5 300.0 8.0"


@pytest.mark.parametrize(
    ("answers", "asked", "point"),
    [
        ({"location_ok": "yes"}, True, True),
        ({"location_ok": "no"}, True, False),
        ({}, True, False),
        ({"location_ok": "yes", "mode": "phone"}, False, False),
        ({"location_ok": "yes", "sample": HERS}, False, False),
        ({"location_ok": "yes", "consent_bc": "no"}, False, False),
    ],
    ids=["yes", "no", "no answer", "by phone", "a record about a woman", "not willing"],
)
def test_a_point_is_taken_at_a_home_that_agreed_and_nowhere_else(
    phone: Phone, answers: dict[str, str], asked: bool, point: bool
) -> None:
    filled = fill(phone, **{**WILLING, "location": POINT, **answers})

    assert ("location_ok" in filled.shown) is asked
    assert (filled.values.get("location") == POINT) is point
    assert ("location" in filled.shown) is point
