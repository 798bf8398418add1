"""F2 as a phone fills it when she registers: what is asked after each answer, and what is kept of her."""

import re

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import read_xform
from tests.forms.library.consenting import ABOUT_HER, AGREES, CONSENTS, FIRST, FORM, HEARD, HOME, fill
from tests.forms.library.filling import VILLAGE, WANG, Phone, Pocket, day, due_row, woman
from tests.phones.collectsim.csim.engine import EngineError


@pytest.fixture
def clinic(pocket: Pocket) -> Pocket:
    return pocket.as_role("clinician")


def test_the_consent_form_writes_women_and_nothing_else() -> None:
    form = read_xform(read_library_form(FORM))
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == ("women", True, True, "2024.1.0")
    assert set(use.properties) == {
        *("code", "village_code", "household", "assigned_worker", "display_name", "consent_service", "consent_until"),
        "wording",
        *CONSENTS,
    }


def test_the_consent_form_asks_for_no_point_and_follows_nobody() -> None:
    form = read_xform(read_library_form(FORM))

    assert form.schema.geo_fields() == []
    assert b"location-priority" not in read_library_form(FORM)


def test_the_consent_form_needs_these_lists() -> None:
    needs = {
        "me.csv",
        "due_visits.csv",
        "consent_texts.csv",
        "women.csv",
        "villages.csv",
        "households.csv",
        "workers.csv",
    }

    listed = {one for one in read_xform(read_library_form(FORM)).media if one.type == "file"}
    assert listed == {MediaNeed(name, "file") for name in needs}


def test_who_registers_becomes_a_row_of_women_with_all_she_agreed_to(phone: Phone, pocket: Pocket) -> None:
    act = fill(phone, pocket, FIRST, AGREES, display_name="李梅", household=HOME, named_worker="4").act()

    assert (act.dataset, act.create, act.update, act.label) == ("women", True, False, "W-0555 李*")
    assert act.properties == {
        "code": "W-0555",
        "village_code": VILLAGE,
        "household": HOME,
        "assigned_worker": "4",
        "display_name": "李梅",
        "consent_service": "yes",
        "consent_until": day(365),
        **dict.fromkeys(CONSENTS, "yes"),
        "wording": HEARD,
    }


def test_a_rare_character_stays_whole_in_the_label(phone: Phone, pocket: Pocket) -> None:
    assert fill(phone, pocket, FIRST, AGREES, display_name="𠮷小花").act().label == "W-0555 𠮷*"
    assert fill(phone, pocket, FIRST, AGREES, display_name="王𠮷").act().label == "W-0555 王*"


def test_who_gives_no_name_is_listed_by_her_code_alone(phone: Phone, pocket: Pocket) -> None:
    assert fill(phone, pocket, FIRST, AGREES).act().label == "W-0555"


def test_the_name_of_the_record_shows_no_name_of_hers(phone: Phone, pocket: Pocket) -> None:
    xml = fill(phone, pocket, FIRST, AGREES, display_name="李梅").xml.decode()

    assert re.findall("instanceName>([^<]+)<", xml) == [f"W-0555 {day(0)}"]


def test_a_phone_of_one_village_offers_that_one_alone(phone: Phone, pocket: Pocket) -> None:
    assert "village_code" not in FIRST | AGREES
    assert fill(phone, pocket, FIRST, AGREES).values["village_code"] == VILLAGE


def test_refused_consent_keeps_nothing_and_asks_nothing_about_her(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, FIRST, AGREES, consent_service="no", display_name="李梅", household=HOME)

    assert record.acts == []
    assert record.shown.isdisjoint(ABOUT_HER | {*CONSENTS})
    assert "no_consent_note" in record.shown
    assert "李梅" not in record.xml.decode()


def test_each_consent_is_asked_by_itself_and_none_is_answered_beforehand(phone: Phone, pocket: Pocket) -> None:
    mixed = {"consent_reminder": "no", "consent_share_clinic": "yes", "consent_location": "no", "consent_stats": "yes"}
    act = fill(phone, pocket, FIRST, AGREES, mixed).act()
    xml = read_library_form(FORM).decode()

    assert {name: act.properties[name] for name in CONSENTS} == mixed
    assert not [name for name in ("consent_service", *CONSENTS) if f'setvalue ref="/data/{name}"' in xml]


def test_without_consent_to_location_no_household_is_asked_or_linked(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, FIRST, AGREES, consent_location="no", household=HOME)

    assert "household" not in record.shown
    assert record.act().properties["household"] == ""
    assert HOME not in record.xml.decode()


def test_nobody_may_answer_in_her_place(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, FIRST, AGREES, present_self="no")

    assert record.acts == []
    assert "no_proxy_note" in record.shown
    assert record.shown.isdisjoint({"privacy_now", "notice_read", "age_band", "consent_service"})


def test_where_she_cannot_talk_only_a_new_date_is_asked(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, FIRST, AGREES, privacy_now="not_private", reschedule_date=day(3))

    assert record.acts == []
    assert record.values["reschedule_date"] == day(3)
    assert record.shown.isdisjoint({"notice_read", "age_band", "consent_service"})


def test_under_fourteen_the_form_cannot_be_finished_so_nothing_is_saved(phone: Phone, clinic: Pocket) -> None:
    with pytest.raises(EngineError, match=r"age_band.*required.*refused"):
        fill(phone, clinic, FIRST, AGREES, age_band="under_14")


def test_from_fourteen_to_seventeen_a_village_phone_ends_kindly(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, FIRST, AGREES, age_band="14_17")

    assert record.acts == []
    assert "clinic_only_note" in record.shown
    assert record.shown.isdisjoint(ABOUT_HER | {"consent_service", "minor_note"})


def test_from_fourteen_to_seventeen_the_clinic_registers(phone: Phone, clinic: Pocket) -> None:
    record = fill(phone, clinic, FIRST, AGREES, age_band="14_17")

    assert record.act().create
    assert "minor_note" in record.shown


def test_a_phone_that_does_not_know_its_role_is_no_clinic(phone: Phone, pocket: Pocket) -> None:
    assert fill(phone, pocket.as_role(""), FIRST, AGREES, age_band="14_17").acts == []


@pytest.mark.parametrize("code", ["231", "w-0231", "W-02", "W-0231567", "510121199001011234"])
def test_a_service_card_number_is_w_and_digits(phone: Phone, pocket: Pocket, code: str) -> None:
    assert fill(phone, pocket, FIRST, AGREES, code=code).refused == ["code"]


def test_a_number_that_is_in_use_is_pointed_out(phone: Phone, pocket: Pocket) -> None:
    assert "code_note" in fill(phone, pocket, FIRST, AGREES, code="W-0231").shown
    assert "code_note" not in fill(phone, pocket, FIRST, AGREES).shown


def test_her_number_is_not_taken_by_her_own_record_when_it_is_corrected(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, FIRST, AGREES)
    own = woman(record.act().uuid, "W-0555")
    on = pocket.with_rows("women", [own])
    again = phone.fill(FORM, on, {"display_name": "李梅"}, edit=record, leave_prefilled=True)

    assert "code_note" not in again.shown
    assert (again.act().uuid, again.act().label) == (own["name"], "W-0555 李*")


def test_a_phone_that_others_see_is_asked_about_only_with_a_number(phone: Phone, pocket: Pocket) -> None:
    asked = {"phone_safe_who", "sms_wording"}

    assert fill(phone, pocket, FIRST, AGREES).shown.isdisjoint(asked)
    assert asked <= fill(phone, pocket, FIRST, AGREES, phone_safe="13800000000").shown
    assert fill(phone, pocket, FIRST, AGREES, phone_safe="12345").values["phone_safe"] == ""


@pytest.mark.parametrize("distance", [1, -366])
def test_the_day_is_neither_to_come_nor_older_than_a_year(phone: Phone, pocket: Pocket, distance: int) -> None:
    assert fill(phone, pocket, FIRST, AGREES, visit_date=day(distance)).values["visit_date"] == day(0)


def test_who_registers_gets_nothing_of_the_person_whose_visit_was_chosen(phone: Phone, pocket: Pocket) -> None:
    late = due_row(FORM, WANG, closes=-3)
    act = fill(phone, pocket.with_rows("due_visits", [late]), FIRST, AGREES, due_overdue=late["name"]).act()

    assert act.create and act.uuid != WANG
    assert (act.properties["display_name"], act.properties["household"], act.label) == ("", "", "W-0555")
