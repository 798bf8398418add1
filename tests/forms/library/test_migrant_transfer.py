"""F8 as a phone fills it where she leaves: only she asks, she says what goes along, and her consent is its own question."""

import re

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import XForm, read_xform
from tests.forms.library.filling import LI, VILLAGE, WANG, Phone, begun_earlier, day, empty, woman
from tests.forms.library.transferring import (
    ABOUT_HER,
    ALWAYS,
    ARRIVES,
    FORM,
    LEAVES,
    LIST,
    OUT,
    fill,
    pocket,
    refused,
    transfer,
)


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_creates_and_updates_transfers_and_nothing_else(form: XForm) -> None:
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == (LIST, True, True, "2024.1.0")
    assert use.properties == ("direction", "woman", "village_code", "status")


def test_it_needs_the_lists_of_its_phone_the_towns_clinics_and_destinations(form: XForm) -> None:
    names = ("clinics", "due_visits", LIST, "women", "destinations")
    assert [one for one in form.media if one.type == "file"] == [MediaNeed(f"{name}.csv", "file") for name in names]


def test_every_question_of_the_brief_is_there_and_no_address(form: XForm) -> None:
    brief = "direction person she_asks consent_transfer items dest_prov dest_county dest_site move_date back_date"
    brief += " pregnant_now receiver_ack services_in visit_key visit_date privacy_now consent_ok"
    names = [field.name for field in form.schema.fields]

    assert set(brief.split()) <= set(names)
    assert len(names) == len(set(names))
    xml = read_library_form(FORM).decode()
    texts = set(re.findall(r'nodeset="/data/(\w+)"[^>]* type="string"', xml)) & set(
        re.findall(r'<input ref="/data/(\w+)"', xml)
    )
    assert {one for one in texts if not one.endswith(("_note", "_warning"))} == set(), (
        "nothing can be written in freely"
    )
    assert form.schema.geo_fields() == []


def test_what_she_asks_for_and_agrees_to_makes_a_transfer_under_her_masked_label(phone: Phone) -> None:
    filled = fill(phone, **LEAVES, pregnant_now="yes", dest_prov="44", dest_county="440785", dest_site="s1")
    act = filled.act()

    assert (act.dataset, act.create, act.update, act.uuid) == (LIST, True, False, filled.values["new_id"])
    assert act.label == f"W-0231 王* {day(0)}"
    assert act.properties == {"direction": "out", "woman": WANG, "village_code": VILLAGE, "status": "asked"}
    assert (filled.values["dest_prov"], filled.values["dest_site"]) == ("44", "s1")


@pytest.mark.parametrize("direction", ["out", "in"])
@pytest.mark.parametrize(
    "her",
    [woman(WANG, "W-0231 王*", consent="no"), woman(WANG, "W-0231 王*", until=day(-1))],
    ids=["no", "run out yesterday"],
)
def test_without_consent_that_holds_nothing_is_asked_or_written(
    phone: Phone, her: dict[str, str], direction: str
) -> None:
    filled = fill(phone, pocket(her=her), **{**LEAVES, "direction": direction}, pregnant_now="yes", services_in="anc")

    assert filled.shown == ALWAYS | {"person", "village_code", "gate_note"}
    assert filled.acts == []


def test_consent_holds_on_its_last_day(phone: Phone) -> None:
    assert fill(phone, pocket(her=woman(WANG, "W-0231 王*", until=day(0))), **LEAVES).act().create


def test_without_consent_the_form_says_what_is_to_be_done_first(form: XForm) -> None:
    words = {phrase.language: phrase.text for phrase in form.phrases if "/gate_note" in phrase.where}

    assert "未同意或已到期：请先填知情同意表，勿录入健康信息" in words["zh"]
    assert all("[120](tel:120)" in text for text in words.values())


def test_where_it_is_not_private_only_another_day_is_agreed(phone: Phone) -> None:
    answers = {**LEAVES, "privacy_now": "not_private"}
    filled = fill(phone, **answers, reschedule_date=day(3), pregnant_now="yes")

    expected = ALWAYS | {"person", "village_code", "privacy_now", "not_private_note", "reschedule_date"}
    assert (filled.shown, filled.acts) == (expected, [])
    assert refused(phone, **answers, reschedule_date=day(-1)) == ["reschedule_date"]
    assert refused(phone, **answers, reschedule_date=day(0)) == []


def test_with_others_there_whom_she_is_fine_with_it_goes_on(phone: Phone) -> None:
    assert fill(phone, **{**LEAVES, "privacy_now": "others_ok"}).act().create


@pytest.mark.parametrize("direction", ["out", "in"])
def test_what_somebody_else_asks_for_ends_the_form(phone: Phone, direction: str) -> None:
    filled = fill(phone, **{**LEAVES, "direction": direction, "she_asks": "no"}, pregnant_now="yes", move_date=day(1))

    assert filled.shown & ABOUT_HER == {"she_asks"}
    assert "not_asked_note" in filled.shown
    assert filled.acts == []


@pytest.mark.parametrize(
    ("items", "zh", "en"),
    [
        ("next_dates", "下次服务的日期；", "dates of her next services; "),
        ("anc_summary", "产检摘要；", "summary of antenatal checks; "),
        ("method_card", "避孕方法卡；", "card of her method; "),
        ("contact", "安全电话；", "safe phone; "),
        ("next_dates contact", "下次服务的日期；安全电话；", "dates of her next services; safe phone; "),
    ],
)
def test_the_question_of_consent_names_what_goes_along_and_nothing_else(
    phone: Phone, form: XForm, items: str, zh: str, en: str
) -> None:
    filled = fill(phone, **{**LEAVES, "items": items})

    assert (filled.values["said_zh"], filled.values["said_en"]) == (zh, en)
    label = read_library_form(FORM).decode()
    for name in ("said_zh", "said_en"):
        assert len(re.findall(rf'<output value=" /data/{name} "/>', label)) == 1


@pytest.mark.parametrize(
    ("where", "zh", "en"),
    [
        ({"dest_prov": "44", "dest_county": "440785", "dest_site": "s1"}, *["城东社区卫生服务中心"] * 2),
        ({"dest_prov": "44"}, "她自己选的新地点", "the new place that she chooses"),
        ({}, "她自己选的新地点", "the new place that she chooses"),
    ],
)
def test_the_question_of_consent_names_who_gets_it(phone: Phone, where: dict[str, str], zh: str, en: str) -> None:
    filled = fill(phone, **LEAVES, **where)

    assert (filled.values["place_zh"], filled.values["place_en"]) == (zh, en)
    asked = read_library_form(FORM).decode()
    assert all(len(re.findall(rf'<output value=" /data/{name} "/>', asked)) == 1 for name in ("place_zh", "place_en"))
    names = list(filled.values)
    assert names.index("dest_prov") < names.index("consent_transfer")


@pytest.mark.parametrize("changed", [{"items": "contact method_card"}, {"dest_prov": "51"}, {"dest_site": None}])
def test_her_consent_holds_for_what_and_whom_it_named_alone(phone: Phone, changed: dict[str, str | None]) -> None:
    first = fill(phone, **LEAVES, dest_prov="44", dest_county="440785", dest_site="s1")
    later = phone.fill(FORM, pocket(), changed, edit=first, leave_prefilled=True)

    assert first.values["consent_transfer"] == "yes"
    assert (later.values["consent_transfer"], later.values["sends"], later.acts) == ("", "0", [])


def test_what_goes_along_is_hers_to_say_and_without_anything_no_consent_is_asked(phone: Phone) -> None:
    filled = fill(phone, **{**LEAVES, "items": None}, dest_prov="44", move_date=day(1))

    assert filled.shown & ABOUT_HER == {"she_asks", "items"}
    assert filled.acts == []


def test_a_no_to_the_transfer_passes_nothing_on_and_is_not_listed(phone: Phone) -> None:
    filled = fill(phone, **{**LEAVES, "consent_transfer": "no"}, dest_prov="44", move_date=day(1), pregnant_now="yes")

    assert filled.shown & ABOUT_HER == {"she_asks", "items", "consent_transfer"}
    assert "no_transfer_note" in filled.shown
    assert filled.acts == []


def test_consent_to_the_transfer_is_empty_until_she_answers(phone: Phone) -> None:
    given = {**LEAVES, "visit_date": day(0), "consent_transfer": None}
    filled = phone.fill(FORM, pocket(), given, leave_prefilled=True)

    assert (filled.values["consent_transfer"], filled.acts) == ("", [])


def test_each_place_is_chosen_within_the_one_before(phone: Phone) -> None:
    chosen = fill(phone, **LEAVES, dest_prov="44", dest_county="440785", dest_site="s1")
    astray = fill(phone, **LEAVES, dest_prov="44", dest_county="512022", dest_site="s2")
    upside_down = fill(phone, **LEAVES, dest_prov="440785")
    wrong_site = fill(phone, **LEAVES, dest_prov="44", dest_county="440785", dest_site="s2")

    assert [chosen.values[name] for name in ("dest_prov", "dest_county", "dest_site")] == ["44", "440785", "s1"]
    assert (astray.values["dest_county"], astray.values.get("dest_site", "")) == ("", "")
    assert upside_down.values["dest_prov"] == ""
    assert wrong_site.values["dest_site"] == ""
    assert ["no_site_note" in one.shown for one in (chosen, fill(phone, **LEAVES, dest_prov="44"))] == [False, True]


def test_another_province_empties_the_county_and_the_place(phone: Phone) -> None:
    first = fill(phone, **LEAVES, dest_prov="44", dest_county="440785", dest_site="s1")
    moved = phone.fill(FORM, pocket(), {"dest_prov": "51"}, edit=first, leave_prefilled=True)

    assert (moved.values["dest_prov"], moved.values["dest_county"], "dest_site" in moved.shown) == ("51", "", False)


def test_she_need_not_say_where_when_or_why(phone: Phone) -> None:
    filled = fill(phone, **LEAVES)

    assert [filled.values[name] for name in ("dest_prov", "move_date", "back_date", "pregnant_now")] == [""] * 4
    assert {"no_site_note", "card_note"} <= filled.shown
    assert filled.act().properties["status"] == "asked"


@pytest.mark.parametrize(("distance", "taken"), [(-366, False), (-365, True), (365, True), (366, False)])
def test_she_leaves_within_a_year(phone: Phone, distance: int, taken: bool) -> None:
    assert refused(phone, **LEAVES, move_date=day(distance)) == ([] if taken else ["move_date"])


@pytest.mark.parametrize(("distance", "taken"), [(1, False), (0, True), (-3650, True), (-3651, False)])
def test_she_has_come_by_today(phone: Phone, distance: int, taken: bool) -> None:
    assert refused(phone, **ARRIVES, move_date=day(distance)) == ([] if taken else ["move_date"])


def test_she_comes_back_after_she_left(phone: Phone) -> None:
    for who in (LEAVES, ARRIVES):
        assert refused(phone, **who, move_date=day(-3), back_date=day(-3)) == ["back_date"]
        assert refused(phone, **who, move_date=day(-3), back_date=day(-2)) == []
        assert refused(phone, **who, back_date=day(-3)) == []


def test_a_correction_keeps_the_days_of_a_transfer_and_its_id(phone: Phone) -> None:
    first = begun_earlier(fill(phone, **LEAVES, move_date=day(365), back_date=day(370)), 20)
    later = pocket(rows=[transfer(first.act().uuid, status="sent")])

    second = phone.fill(FORM, later, {"pregnant_now": "no"}, edit=first, leave_prefilled=True)

    assert (second.refused, second.values["move_date"]) == ([], day(345))
    assert (second.act().uuid, second.act().create) == (first.act().uuid, True)


@pytest.mark.parametrize(("answer", "said"), [("yes", True), ("no", False), ("prefer_not", False), (None, False)])
def test_danger_on_the_road_is_told_in_red_with_the_number(phone: Phone, answer: str | None, said: bool) -> None:
    out, came = fill(phone, **LEAVES, pregnant_now=answer), fill(phone, **ARRIVES, pregnant_now=answer)

    assert [("road_warning" in one.shown) for one in (out, came)] == [said, said]
    assert [("soon_note" in one.shown) for one in (out, came)] == [False, said]


def test_the_warning_is_red_names_the_number_and_says_every_danger_sign_of_pregnancy(form: XForm) -> None:
    told = {phrase.language: phrase.text for phrase in form.phrases if "/road_warning" in phrase.where}

    assert set(told) == {"zh", "en"}
    assert all("color:#c62828" in text and "[120](tel:120)" in text for text in told.values())
    signs = "出血 头痛 抽搐 腹痛 破水 胎动减少 38℃ 呼吸困难 肿 宫缩"
    assert [sign for sign in signs.split() if sign not in told["zh"]] == []


def test_nothing_of_arrivals_is_asked_of_who_leaves(phone: Phone) -> None:
    filled = fill(phone, **LEAVES, receiver_ack="received", services_in="anc")
    assert not filled.shown & {"receiver_ack", "services_in", "soon_note", "ack_problem_note"}


def test_neither_label_nor_name_nor_list_tells_where_to_or_why(phone: Phone) -> None:
    filled = fill(phone, **LEAVES, pregnant_now="yes", dest_prov="44", dest_county="440785", dest_site="s1")
    name = re.search(rb"<instanceName>(.*)</instanceName>", filled.xml)

    assert name is not None and name[1].decode() == filled.act().label == f"W-0231 王* {day(0)}"
    assert set(filled.act().properties) == {"direction", "woman", "village_code", "status"}


def test_a_phone_without_transfers_is_not_asked_for_one(phone: Phone) -> None:
    on = pocket(rows=empty(transfer(OUT)))
    filled = fill(phone, on, **LEAVES)

    assert not filled.shown & {"transfer", "step"}
    assert filled.act().create


def test_the_village_is_hers_also_of_another_woman(phone: Phone) -> None:
    assert fill(phone, **{**LEAVES, "person": LI}).act().properties["woman"] == LI
