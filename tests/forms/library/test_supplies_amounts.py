"""F7 as a phone fills it: amounts, lots, days, what is explained, and what is left in stock."""

import pytest

from forms.library import read_library_form
from forms.xform import read_xform
from tests.forms.library.filling import WANG, Phone, begun_earlier, day
from tests.forms.library.supplying import BESIDE_HER_NAME, FORM, HERS, NO_NAME, fill, pocket, refused


@pytest.mark.parametrize(
    ("item", "most"),
    [("condom", 500), ("coc", 13), ("pop", 13), ("folic_acid", 186), ("leaflet", 500), ("test_kit", 500)],
)
def test_amounts_are_from_one_to_the_most_of_each_item(phone: Phone, item: str, most: int) -> None:
    for taken in (1, most):
        assert refused(phone, **NO_NAME, item=item, qty=taken) == []
        assert refused(phone, **BESIDE_HER_NAME, item=item, qty=taken) == []
    for not_taken in (0, -1, most + 1):
        assert refused(phone, **NO_NAME, item=item, qty=not_taken) == ["qty"]


@pytest.mark.parametrize(("distance", "taken"), [(30, False), (31, True)])
def test_what_expires_within_thirty_days_is_not_handed_out(phone: Phone, distance: int, taken: bool) -> None:
    assert refused(phone, **NO_NAME, item="condom", expiry=day(distance)) == ([] if taken else ["expiry"])
    earlier = {"visit_date": day(-5), "expiry": day(distance - 5)}
    assert refused(phone, **{**NO_NAME, **earlier}, item="condom") == ([] if taken else ["expiry"])


def test_a_correction_later_does_not_make_a_good_box_a_bad_one(phone: Phone) -> None:
    first = begun_earlier(fill(phone, **NO_NAME, item="condom", expiry=day(40)), 20)

    assert phone.fill(FORM, pocket(), {"lot": "B7"}, edit=first, leave_prefilled=True).refused == []


def test_a_leaflet_has_a_code_and_no_expiry(phone: Phone) -> None:
    filled = fill(phone, **NO_NAME, item="leaflet", lot="健教-12", expiry=day(300))

    assert (filled.values["lot"], "expiry" in filled.shown, "explained" in filled.shown) == ("健教-12", False, False)
    assert "expiry" in fill(phone, **NO_NAME, item="test_kit").shown


@pytest.mark.parametrize(("length", "taken"), [(40, True), (41, False)])
def test_a_lot_has_forty_characters_at_most(phone: Phone, length: int, taken: bool) -> None:
    assert refused(phone, **NO_NAME, item="condom", lot="8" * length) == ([] if taken else ["lot"])


@pytest.mark.parametrize(("distance", "taken"), [(0, True), (1, False), (-365, True), (-366, False)])
def test_a_handing_out_was_today_or_within_a_year(phone: Phone, distance: int, taken: bool) -> None:
    given = {"visit_date": day(distance), "item": "leaflet"}
    assert ("visit_date" not in refused(phone, **NO_NAME, **given)) is taken


def test_folic_acid_lasts_a_day_a_tablet_from_the_first_day_of_taking_it(phone: Phone) -> None:
    filled = fill(phone, **BESIDE_HER_NAME, item="folic_acid", qty=93, folic_start=day(10))

    assert (filled.values["folic_daily"], filled.values["fa_supply_end"]) == ("1", day(103))
    assert {"folic_note", "folic_end_note"} <= filled.shown
    assert filled.acts == []
    unsaid = fill(phone, **BESIDE_HER_NAME, item="folic_acid", qty=31, folic_start=None, visit_date=day(-1))
    assert unsaid.values["fa_supply_end"] == day(30)


def test_the_first_day_is_filled_in_as_the_day_of_handing_out(phone: Phone) -> None:
    given = {**BESIDE_HER_NAME, "item": "folic_acid", "qty": 31, "visit_date": day(-4)}
    assert phone.fill(FORM, pocket(), given, leave_prefilled=True).values["folic_start"] == day(-4)


@pytest.mark.parametrize(("distance", "taken"), [(-1, False), (0, True), (186, True), (187, False)])
def test_taking_it_begins_with_the_handing_out_or_after_what_is_left(phone: Phone, distance: int, taken: bool) -> None:
    given = {**BESIDE_HER_NAME, "item": "folic_acid", "folic_start": day(distance)}
    assert refused(phone, **given) == ([] if taken else ["folic_start"])


@pytest.mark.parametrize(("qty", "said"), [(27, True), (28, False)])
def test_boxes_counted_as_tablets_are_noticed(phone: Phone, qty: int, said: bool) -> None:
    for who in (NO_NAME, BESIDE_HER_NAME):
        assert ("folic_few_note" in fill(phone, **who, item="folic_acid", qty=qty).shown) is said
        assert "folic_few_note" not in fill(phone, **who, item="coc", qty=1).shown


def test_no_words_of_this_form_name_another_dose_of_folic_acid_or_ask_whether_she_is_pregnant() -> None:
    form = read_xform(read_library_form(FORM))
    words = " ".join(phrase.text for phrase in form.phrases)

    assert "0.4" in words and "4 mg" in words and "4 毫克" in words
    assert words.replace("0.4 mg", "").replace("0.4 毫克", "").count("4 m") == 0
    assert "怀孕了吗" not in words
    assert not {"pregnant", "pregnant_now", "result", "test_result"} & {field.name for field in form.schema.fields}


@pytest.mark.parametrize(
    ("item", "qty", "expiry", "said"),
    [
        ("coc", 2, 56, False),
        ("coc", 2, 55, True),
        ("folic_acid", 62, 62, False),
        ("folic_acid", 62, 61, True),
        ("coc", 2, None, False),
    ],
)
def test_a_lot_that_expires_before_it_is_used_up_is_said(
    phone: Phone, item: str, qty: int, expiry: int | None, said: bool
) -> None:
    given = {"item": item, "qty": qty, "expiry": None if expiry is None else day(expiry), "folic_start": day(0)}
    assert ("expires_first_note" in fill(phone, **BESIDE_HER_NAME, **given).shown) is said


def test_danger_with_a_pill_is_told_in_red_with_the_number_and_needs_no_network(phone: Phone) -> None:
    form = read_xform(read_library_form(FORM))
    told = {phrase.language: phrase.text for phrase in form.phrases if "/pill_warning" in phrase.where}

    assert set(told) == {"zh", "en"}
    assert all("color:#c62828" in text and "[120](tel:120)" in text for text in told.values())
    for who in (NO_NAME, BESIDE_HER_NAME):
        for item in ("coc", "pop"):
            assert "pill_warning" in fill(phone, **who, item=item).shown
        assert not fill(phone, **who, item="condom").shown & {"pill_warning", "first_pill_note"}
    assert fill(phone, **NO_NAME, item="coc").values["clinic_phones"] == "0825-5550120"


def test_a_doctor_looks_first_unless_she_has_this_pill_already(phone: Phone) -> None:
    assert "first_pill_note" in fill(phone, **NO_NAME, item="coc").shown
    assert "first_pill_note" in fill(phone, **BESIDE_HER_NAME, item="coc", episode=None).shown
    assert "first_pill_note" not in fill(phone, **BESIDE_HER_NAME, item="coc", episode=HERS).shown


def test_the_result_of_a_test_is_hers(phone: Phone) -> None:
    for who in (NO_NAME, BESIDE_HER_NAME):
        assert "test_note" in fill(phone, **who, item="test_kit").shown
    assert "test_note" not in fill(phone, **NO_NAME, item="condom").shown


def test_what_was_explained_is_noted(phone: Phone) -> None:
    filled = fill(phone, **NO_NAME, item="condom", explained="how side_effect stop_any_time")
    assert filled.values["explained"] == "how side_effect stop_any_time"


@pytest.mark.parametrize(
    ("before", "left", "note"), [(10, "0", "stock_out_note"), (11, "1", "stock_note"), (100000, "99990", "stock_note")]
)
def test_the_stock_that_is_left_is_reckoned(phone: Phone, before: int, left: str, note: str) -> None:
    filled = fill(phone, **NO_NAME, item="condom", qty=10, stock_before=before, point="hekou")

    assert (filled.values["stock_after"], filled.values["point"]) == (left, "hekou")
    assert filled.shown & {"stock_note", "stock_out_note"} == {note}


@pytest.mark.parametrize("before", [9, 0, -1, 100001])
def test_no_more_is_handed_out_than_there_was(phone: Phone, before: int) -> None:
    assert refused(phone, **NO_NAME, item="condom", qty=10, stock_before=before) == ["stock_before"]


def test_a_stock_that_was_not_counted_keeps_nobody_waiting(phone: Phone) -> None:
    filled = fill(phone, **NO_NAME, item="condom", qty=10, stock_before=None)

    assert filled.refused == []
    assert not filled.shown & {"stock_after", "stock_note", "stock_out_note"}


def test_stock_and_batch_are_asked_with_a_name_as_without(phone: Phone) -> None:
    asked = {"lot", "expiry", "qty", "point", "stock_before", "explained"}
    for who in (NO_NAME, BESIDE_HER_NAME):
        assert asked <= fill(phone, **who, item="condom").shown


def test_who_comes_is_named_by_the_list_of_women_alone() -> None:
    assert WANG not in read_library_form(FORM).decode()
