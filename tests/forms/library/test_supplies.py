"""F7 as a phone fills it: with a name or without, and what of it is written to her record."""

import re

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import XForm, read_xform
from tests.forms.library.filling import (
    LI,
    NO_VISITS,
    OTHER_VILLAGE,
    VILLAGE,
    WANG,
    Phone,
    day,
    due_row,
    returned_row,
    woman,
)
from tests.forms.library.supplying import (
    ALWAYS,
    ANOTHER,
    BESIDE_HER_NAME,
    FORM,
    HERS,
    LIS,
    LIST,
    NAMED,
    NO_NAME,
    episode,
    fill,
    pocket,
    refused,
)


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_updates_the_day_her_pills_last_until_and_nothing_else(form: XForm) -> None:
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == (LIST, False, True, "2024.1.0")
    assert use.properties == ("supply_end",)


def test_it_needs_the_lists_of_its_phone_and_the_towns_clinics_and_supply_points(form: XForm) -> None:
    names = ("me", "clinics", "to_correct", "due_visits", "women", LIST, "supply_points")
    assert [one for one in form.media if one.type == "file"] == [MediaNeed(f"{name}.csv", "file") for name in names]


def test_every_question_of_the_brief_is_there(form: XForm) -> None:
    brief = "pickup_mode person episode item lot expiry qty folic_start folic_daily explained stock_before stock_after"
    brief += " point supply_end visit_key visit_date privacy_now consent_ok"
    names = [field.name for field in form.schema.fields]

    assert set(brief.split()) <= set(names)
    assert len(names) == len(set(names))


def test_all_of_it_is_given_without_a_name_too_and_then_nothing_is_known_of_the_person(phone: Phone) -> None:
    for item in ("condom", "coc", "pop", "folic_acid", "leaflet", "test_kit"):
        filled = fill(phone, **NO_NAME, item=item, person=WANG, episode=HERS, folic_start=day(0))

        assert filled.values["open"] == "1"
        assert not filled.shown & {"person", "village_code", "consent_ok", "privacy_now", "episode", "visit_key"}
        assert not filled.shown & {"supply_end", "fa_supply_end", "folic_start", "folic_daily", "reschedule_date"}
        assert filled.acts == []
        assert WANG not in filled.xml.decode()


@pytest.mark.parametrize(
    "her",
    [woman(WANG, "W-0231 王*", consent="no"), woman(WANG, "W-0231 王*", until=day(-1))],
    ids=["no", "run out yesterday"],
)
def test_without_consent_that_holds_nothing_is_asked_or_written_beside_her_name(
    phone: Phone, her: dict[str, str]
) -> None:
    filled = fill(phone, pocket(her=her), **BESIDE_HER_NAME, item="coc")

    assert filled.shown == NAMED | {"gate_note"}
    assert filled.acts == []
    assert fill(phone, pocket(her=her), **NO_NAME, item="coc").values["item"] == "coc"


def test_consent_holds_on_its_last_day(phone: Phone) -> None:
    her = woman(WANG, "W-0231 王*", until=day(0))
    assert "item" in fill(phone, pocket(her=her), **BESIDE_HER_NAME, item="coc").shown


def test_without_consent_the_form_says_what_is_to_be_done_and_that_she_gets_it_all_the_same(form: XForm) -> None:
    words = {phrase.language: phrase.text for phrase in form.phrases if "/gate_note" in phrase.where}

    assert "未同意或已到期：请先填知情同意表，勿录入健康信息" in words["zh"] and "不记名" in words["zh"]
    assert 'choose "no name"' in words["en"]
    assert all("[120](tel:120)" in text for text in words.values())


def test_where_it_is_not_private_only_another_day_is_agreed(phone: Phone) -> None:
    answers = {**BESIDE_HER_NAME, "privacy_now": "not_private", "reschedule_date": day(3)}
    filled = fill(phone, **answers, item="coc")

    assert filled.shown == NAMED | {"privacy_now", "not_private_note", "reschedule_date"}
    assert filled.acts == []
    assert refused(phone, **{**answers, "reschedule_date": day(-1)}) == ["reschedule_date"]
    assert refused(phone, **{**answers, "reschedule_date": day(0)}) == []


@pytest.mark.parametrize("place", ["alone", "others_ok"])
def test_alone_or_with_others_she_is_fine_with_it_goes_on(phone: Phone, place: str) -> None:
    assert "item" in fill(phone, **{**BESIDE_HER_NAME, "privacy_now": place}, item="condom").shown


def test_what_she_takes_need_not_stand_beside_her_name(phone: Phone) -> None:
    filled = fill(phone, **BESIDE_HER_NAME)

    assert filled.values["item"] == ""
    assert not filled.shown & {"qty", "lot", "point", "explained"}
    assert phone.fill(FORM, pocket(), NO_NAME).values["item"] != "", "without a name it is about stock alone"


def test_pills_update_her_own_record_by_the_day_they_last_until(phone: Phone) -> None:
    filled = fill(phone, **BESIDE_HER_NAME, item="coc", episode=HERS, qty=3)
    act = filled.act()

    assert (act.dataset, act.uuid, act.create, act.update, act.base_version) == (LIST, HERS, False, True, 1)
    assert act.properties == {"supply_end": day(84)}
    assert {"supply_note", "pill_warning"} <= filled.shown


@pytest.mark.parametrize(("packs", "days"), [(1, 28), (13, 364)])
def test_packs_last_four_weeks_each_from_the_day_of_handing_out(phone: Phone, packs: int, days: int) -> None:
    filled = fill(phone, **BESIDE_HER_NAME, item="coc", episode=HERS, qty=packs, visit_date=day(-2))

    assert filled.act().properties == {"supply_end": day(days - 2)}


def test_with_no_record_of_hers_the_day_stays_in_this_form_alone(phone: Phone) -> None:
    filled = fill(phone, **BESIDE_HER_NAME, item="coc", episode=None, qty=2)

    assert (filled.values["supply_end"], filled.acts) == (day(56), [])
    assert "episode" not in fill(phone, pocket(episodes=[episode(LIS, LI)]), **BESIDE_HER_NAME, item="coc").shown


@pytest.mark.parametrize("item", ["condom", "folic_acid", "leaflet", "test_kit"])
def test_what_is_no_pill_belongs_to_no_method_of_hers(phone: Phone, item: str) -> None:
    filled = fill(phone, **BESIDE_HER_NAME, item=item, episode=HERS)

    assert not filled.shown & {"episode", "supply_end", "pill_warning", "first_pill_note"}
    assert filled.acts == []


def test_only_her_own_current_record_of_this_very_pill_can_be_chosen(phone: Phone) -> None:
    on = pocket(episodes=[episode(LIS, LI), episode(HERS, method="pop"), episode(ANOTHER, method="dmpa")])

    for name in (LIS, HERS, ANOTHER):
        assert fill(phone, on, **BESIDE_HER_NAME, item="coc", episode=name).acts == []
    assert fill(phone, on, **BESIDE_HER_NAME, item="pop", episode=HERS).act().uuid == HERS
    lists = re.findall(r'nodeset="(instance\([^"]*episodes[^"]*)"', read_library_form(FORM).decode())
    assert ["status = 'current'" in one for one in lists] == [True], "an ended one is offered to nobody"


def test_her_one_current_record_of_this_pill_is_chosen_beforehand(phone: Phone) -> None:
    beside = [episode(HERS), episode(ANOTHER, method="condom_m"), episode(LIS, LI)]
    given = {**BESIDE_HER_NAME, "item": "coc", "qty": 1}

    assert phone.fill(FORM, pocket(episodes=beside), given, leave_prefilled=True).act().uuid == HERS
    two = [episode(HERS), episode(ANOTHER)]
    assert phone.fill(FORM, pocket(episodes=two), given, leave_prefilled=True).values["episode"] == ""


def test_a_visit_that_is_due_brings_her_name_and_its_key(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "late"), due_row(FORM, LI, 5, "open"), due_row("household_visit", WANG, -3))
    late = phone.fill(FORM, due, {"due_overdue": "late", "privacy_now": "alone"}, leave_prefilled=True)
    in_time = phone.fill(FORM, due, {"due_open": "open", "privacy_now": "alone"}, leave_prefilled=True)

    for filled, her, key in ((late, WANG, "late"), (in_time, LI, "open")):
        assert (filled.values["pickup_mode"], filled.values["person"]) == ("named", her)
        assert filled.values["visit_key"] == key


@pytest.mark.parametrize(("question", "row"), [("due_overdue", "open"), ("due_open", "late"), ("due_open", "other")])
def test_each_list_holds_its_own_visits_of_this_form_only(phone: Phone, question: str, row: str) -> None:
    due = [due_row(FORM, WANG, -3, "late"), due_row(FORM, LI, 5, "open"), due_row("household_visit", WANG, 5, "other")]
    assert phone.fill(FORM, pocket(*due), {question: row}, leave_prefilled=True).values[question] == ""


def test_without_visits_for_this_form_there_is_no_page_of_them(phone: Phone) -> None:
    due = pocket(due_row("household_visit", WANG, -3))
    assert not fill(phone, due, **NO_NAME, item="leaflet").shown & {"due_overdue", "due_open"}


@pytest.mark.parametrize("answers", [{"privacy_now": "not_private"}, {"pickup_mode": "anonymous"}])
def test_a_visit_that_did_not_take_place_beside_her_name_carries_no_key(phone: Phone, answers: dict[str, str]) -> None:
    due = pocket(due_row(FORM, WANG, -3, "late"))
    filled = phone.fill(FORM, due, {"due_overdue": "late", **answers}, leave_prefilled=True)

    assert "visit_key" not in filled.shown


def test_who_wants_no_name_after_all_leaves_no_trace_of_the_visit_that_was_chosen(phone: Phone) -> None:
    """The row's name is the key of her visit."""
    due = pocket(due_row(FORM, WANG, -3, "her key"), due_row(FORM, WANG, 3, "another"))
    chosen = {"due_overdue": "her key", "due_open": "another", "person": WANG, "privacy_now": "alone"}
    filled = phone.fill(FORM, due, {**chosen, **NO_NAME, "item": "coc", "qty": 3}, leave_prefilled=True)

    assert not filled.shown & {"due_overdue", "due_open", "person", "episode", "village_code", "visit_key"}
    assert not [one for one in ("her key", "another", WANG, HERS, "W-0231") if one.encode() in filled.xml]


def test_the_village_of_a_record_without_a_name_is_that_of_the_supply_point(phone: Phone) -> None:
    assert fill(phone, **NO_NAME, item="condom", point="hekou").values["point_village"] == OTHER_VILLAGE
    assert fill(phone, **NO_NAME, item="condom", point=None).values["point_village"] == ""
    assert "point_village" not in fill(phone, **BESIDE_HER_NAME, item="condom", point="hekou").shown


def test_whose_store_is_lowered_is_told_with_and_without_a_name(phone: Phone) -> None:
    for mode in (NO_NAME, BESIDE_HER_NAME):
        assert fill(phone, **mode, item="condom", point="hekou").values["stock_point"] == OTHER_VILLAGE
        assert fill(phone, **mode, item="condom", point=None).values.get("stock_point", "") == ""


def test_a_correction_keeps_the_visit_key_and_her_record(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, 3, "open"))
    given = {"due_open": "open", "privacy_now": "alone", "item": "coc", "qty": 3}
    first = phone.fill(FORM, due, given, leave_prefilled=True)

    second = phone.fill(FORM, pocket(), {"qty": 2}, edit=first, leave_prefilled=True)

    assert (second.values["visit_key"], second.act().uuid) == ("open", HERS)
    assert second.act().properties == {"supply_end": day(56)}


def test_the_supply_point_of_the_phones_one_village_is_filled_in(phone: Phone) -> None:
    given = {**NO_NAME, "item": "condom", "qty": 10}
    on = pocket()
    me = on.files["me"][0]
    several = on.with_rows("me", [{**me, "villages": f"{VILLAGE} {OTHER_VILLAGE}", "village_code": ""}])
    elsewhere = on.with_rows("me", [{**me, "village_code": OTHER_VILLAGE}])
    none = on.with_rows("me", [{**me, "village_code": "510121001009"}])

    assert phone.fill(FORM, on, given, leave_prefilled=True).values["point"] == "shiqiao"
    assert phone.fill(FORM, elsewhere, given, leave_prefilled=True).values["point"] == "hekou"
    assert [phone.fill(FORM, one, given, leave_prefilled=True).values["point"] for one in (several, none)] == ["", ""]


def test_an_empty_list_of_due_visits_is_no_obstacle(phone: Phone) -> None:
    on = pocket().with_rows("due_visits", NO_VISITS)
    assert fill(phone, on, **BESIDE_HER_NAME, item="coc", episode=HERS).act().uuid == HERS


def test_no_name_of_a_record_tells_what_was_given_or_who_came_without_a_name(phone: Phone) -> None:
    for answers, name in (({**NO_NAME}, "不记名"), ({**BESIDE_HER_NAME}, "W-0231 王*")):
        found = re.search(rb"<instanceName>(.*)</instanceName>", fill(phone, **answers, item="coc").xml)
        assert found is not None and found[1].decode() == f"{name} {day(0)}"


def test_nothing_of_anybody_is_asked_before_it_is_known_whether_with_a_name(phone: Phone) -> None:
    assert (
        fill(phone, **NO_NAME, item="leaflet").shown
        - {
            *("item", "lot", "qty", "point", "point_village", "stock_point", "stock_before"),
        }
        == ALWAYS
    )


def test_what_was_handed_out_without_a_name_stands_there_again_when_it_was_returned(phone: Phone) -> None:
    answers = {**NO_NAME, "item": "condom", "lot": "B7", "qty": 20, "stock_before": 100, "point": "shiqiao"}
    sent = fill(phone, **answers)
    row = returned_row(sent, "数量不对")

    again = phone.fill(
        FORM,
        pocket().with_rows("to_correct", [row]),
        {"to_fix": row["name"], "item": "condom", "qty": 10},
        leave_prefilled=True,
    )

    kept = ("pickup_mode", "lot", "visit_date", "stock_before", "point")
    assert [again.values[name] for name in kept] == [sent.values[name] for name in kept]
    assert (again.values["qty"], again.values["corrects"]) == ("10", row["name"])


def test_what_was_handed_out_beside_her_name_brings_her_and_the_day_alone(phone: Phone) -> None:
    sent = fill(phone, **BESIDE_HER_NAME, item="coc", episode=HERS)
    row = returned_row(sent, "数量不对", person=WANG, visit_date=day(-1), visit_key="")

    again = phone.fill(
        FORM,
        pocket().with_rows("to_correct", [row]),
        {"to_fix": row["name"], "pickup_mode": "named", "privacy_now": "alone"},
        leave_prefilled=True,
    )

    assert (again.values["person"], again.values["visit_date"]) == (WANG, day(-1))
    assert (again.values["item"], again.values["corrects"]) == ("", row["name"])
