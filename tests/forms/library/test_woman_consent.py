"""F2 as a phone fills it: what is asked after each answer, and what is kept of her."""

import re

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import read_xform
from tests.forms.library.filling import (
    LI,
    VILLAGE,
    WANG,
    Filled,
    Phone,
    Pocket,
    consent_texts,
    day,
    due_row,
    entity,
    make_pocket,
    woman,
)
from tests.phones.collectsim.csim.engine import EngineError

FORM = "woman_consent"
HOME = "33333333-3333-4333-8333-333333333333"
CONSENTS = ("consent_reminder", "consent_share_clinic", "consent_location", "consent_stats")
ABOUT_HER = {"code", "display_name", "phone_safe", "household", "named_worker", "service_interest", "consent_proof"}
CARE = {"display_name": "王小花", "household": HOME, "assigned_worker": "3", "consent_location": "yes"}
SELF = {"present_self": "yes", "privacy_now": "alone"}
FIRST = {"action": "register", **SELF, "notice_read": "OK", "age_band": "25_34", "visit_date": day(0)}
AGREES = {"consent_service": "yes", **dict.fromkeys(CONSENTS, "yes"), "consent_proof": "thumb", "code": "W-0555"}

HEARD = " notice:1 service:1 reminder:1 share_clinic:1 location:1 stats:1 "
WORDINGS = {f"wording_{name}" for name in ("notice", "service", "reminder", "share_clinic", "location", "stats")}


@pytest.fixture
def pocket() -> Pocket:
    home = entity(HOME, "A-0231 三社", village_code=VILLAGE, door_code="A-0231")
    workers = [{"name": "3", "label": "赵秀兰"}, {"name": "4", "label": "何医生"}]
    return make_pocket(women=[woman(WANG, "W-0231 王*", **CARE)], households=[home], workers=workers)


@pytest.fixture
def clinic(pocket: Pocket) -> Pocket:
    return pocket.as_role("clinician")


def fill(phone: Phone, pocket: Pocket, *given: dict[str, str], **more: str) -> Filled:
    return phone.fill(FORM, pocket, {name: text for one in (*given, more) for name, text in one.items()})


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

    assert set(read_xform(read_library_form(FORM)).media) == {MediaNeed(name, "file") for name in needs}


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


def test_taking_back_the_consent_to_location_by_a_change_unlinks_the_household(phone: Phone, pocket: Pocket) -> None:
    act = fill(phone, pocket, FIRST, AGREES, action="change", woman=WANG, consent_location="no").act()

    assert (act.update, act.uuid, act.label) == (True, WANG, "W-0231 王*")
    assert (act.properties["household"], act.properties["consent_location"]) == ("", "no")


def test_renewing_takes_over_what_is_known_and_lasts_a_year_from_today(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("women", [woman(WANG, "W-0231 王*", until=day(-1), **CARE)])
    act = fill(phone, pocket, FIRST, AGREES, action="renew", woman=WANG).act()

    assert (act.create, act.update, act.uuid, act.base_version) == (False, True, WANG, 1)
    known = {"household": HOME, "assigned_worker": "3", "display_name": "王小花"}
    assert {name: act.properties[name] for name in known} == known
    assert act.properties["consent_until"] == day(365)
    assert "code" not in act.properties


def test_a_no_at_renewal_is_a_withdrawal(phone: Phone, pocket: Pocket) -> None:
    act = fill(phone, pocket, FIRST, action="renew", woman=WANG, consent_service="no").act()

    assert act.update
    assert (act.properties["consent_service"], act.properties["consent_until"]) == ("no", day(-1))
    assert (act.properties["household"], act.properties["display_name"]) == ("", "")


def test_withdrawing_is_one_page_asks_no_reason_and_ends_yesterday(phone: Phone, pocket: Pocket) -> None:
    given = {"action": "withdraw", "woman": WANG, "withdraw_scope": "service", "withdraw_erase": "erase"}
    record = fill(phone, pocket, given, visit_date=day(0))
    act = record.act()

    assert (act.create, act.update, act.uuid, act.label) == (False, True, WANG, "W-0231")
    assert act.properties == {
        "consent_service": "no",
        "consent_until": day(-1),
        **dict.fromkeys(CONSENTS, "no"),
        "household": "",
        "assigned_worker": "",
        "display_name": "",
    }
    assert record.shown.isdisjoint(ABOUT_HER | {*CONSENTS, "present_self", "privacy_now", "notice_read", "age_band"})


def test_the_page_of_a_withdrawal_holds_everything_it_asks(phone: Phone) -> None:
    page = re.search(
        r'<group appearance="field-list" ref="/data/request">.*?</group>', read_library_form(FORM).decode()
    )

    assert page is not None
    asked = re.findall(r'<(?:select1?|input) ref="/data/request/(\w+)"', page[0])
    assert asked == ["action", "woman", "visit_date", "withdraw_note", "withdraw_scope", "withdraw_erase"]


@pytest.mark.parametrize("scope", ["reminder", "share_clinic", "stats"])
def test_one_consent_can_be_taken_back_alone(phone: Phone, pocket: Pocket, scope: str) -> None:
    record = fill(phone, pocket, action="withdraw", woman=WANG, withdraw_scope=scope, visit_date=day(0))

    assert record.act().properties == {f"consent_{scope}": "no"}
    assert record.act().label == "W-0231 王*"
    assert "withdraw_erase" not in record.shown


def test_withdrawing_the_location_unlinks_the_household_at_once(phone: Phone, pocket: Pocket) -> None:
    act = fill(phone, pocket, action="withdraw", woman=WANG, withdraw_scope="location", visit_date=day(0)).act()

    assert act.properties == {"consent_location": "no", "household": ""}


def test_asking_for_her_data_changes_nothing(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, SELF, action="export_request", woman=WANG, visit_date=day(0))

    assert record.acts == []
    assert "export_note" in record.shown


def test_a_correction_leaves_every_consent_as_it_was(phone: Phone, pocket: Pocket) -> None:
    given = {"action": "correct", "woman": WANG, "display_name": "王大花", "visit_date": day(0)}
    act = fill(phone, pocket, SELF, given).act()

    assert act.properties == {
        "village_code": VILLAGE,
        "display_name": "王大花",
        "household": HOME,
        "assigned_worker": "3",
    }


def test_nothing_is_corrected_after_consent_has_run_out(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("women", [woman(WANG, "W-0231 王*", until=day(-1), **CARE)])
    record = fill(phone, pocket, SELF, action="correct", woman=WANG, visit_date=day(0))

    assert record.acts == []
    assert "expired_note" in record.shown and record.shown.isdisjoint(ABOUT_HER)


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


def test_a_visit_that_is_due_brings_her_and_its_key(phone: Phone, pocket: Pocket) -> None:
    late = due_row(FORM, WANG, closes=-3)
    pocket = pocket.with_rows("due_visits", [late, due_row(FORM, LI, closes=5)])
    record = fill(phone, pocket, FIRST, AGREES, action="renew", due_overdue=late["name"])

    assert record.refused == []
    assert record.values["visit_key"] == late["visit_key"]
    assert (record.act().uuid, record.act().properties["display_name"]) == (WANG, "王小花")


def test_visits_that_another_form_answers_open_no_page(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("due_visits", [due_row("antenatal_check", WANG, closes=5)])
    record = fill(phone, pocket, FIRST, AGREES)

    assert "due_open" not in record.shown
    assert record.values["visit_key"] == ""


def test_who_registers_gets_nothing_of_the_person_whose_visit_was_chosen(phone: Phone, pocket: Pocket) -> None:
    late = due_row(FORM, WANG, closes=-3)
    act = fill(phone, pocket.with_rows("due_visits", [late]), FIRST, AGREES, due_overdue=late["name"]).act()

    assert act.create and act.uuid != WANG
    assert (act.properties["display_name"], act.properties["household"], act.label) == ("", "", "W-0555")


def test_the_record_keeps_version_and_hash_of_the_words_that_were_read_out(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("consent_texts", consent_texts(reminder=3))
    record = fill(phone, pocket, FIRST, AGREES, consent_stats="no")

    first = f"1 {'1a' * 32}"
    kept = {name: record.values[name] for name in WORDINGS}
    assert kept == dict.fromkeys(WORDINGS, first) | {"wording_reminder": f"3 {'3a' * 32}"}


def test_what_was_read_out_stays_when_a_record_is_corrected_after_new_words_came(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, FIRST, AGREES)
    later = pocket.with_rows("consent_texts", consent_texts(reminder=2, service=2))
    again = phone.fill(FORM, later, {"display_name": "李梅"}, edit=record, leave_prefilled=True)

    assert {name: again.values[name] for name in WORDINGS} == {name: record.values[name] for name in WORDINGS}


def test_after_new_words_only_what_changed_is_asked(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("consent_texts", consent_texts(reminder=2)).with_rows(
        "women", [woman(WANG, "W-0231 王*", wording=HEARD, consent_stats="yes", **CARE)]
    )
    answers = {"action": "new_text", "woman": WANG, "consent_reminder": "no", "visit_date": day(0)}
    record = fill(phone, pocket, SELF, answers, consent_proof="thumb")

    asked = {"consent_service", "consent_share_clinic", "consent_location", "consent_stats", "notice_read", "age_band"}
    assert record.shown.isdisjoint(asked | ABOUT_HER - {"consent_proof"})
    assert record.act().properties == {"consent_reminder": "no", "wording": HEARD.replace("reminder:1", "reminder:2")}
    assert record.act().label == "W-0231 王*"
    assert {name for name in WORDINGS if record.values.get(name)} == {"wording_reminder"}


def test_a_no_to_the_new_words_of_the_location_unlinks_the_household(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("consent_texts", consent_texts(location=2)).with_rows(
        "women", [woman(WANG, "W-0231 王*", wording=HEARD, **CARE)]
    )
    answers = {"action": "new_text", "woman": WANG, "consent_location": "no", "visit_date": day(0)}
    act = fill(phone, pocket, SELF, answers, consent_proof="thumb").act()

    assert (act.properties["consent_location"], act.properties["household"]) == ("no", "")


def test_a_no_to_the_new_words_of_the_service_is_a_withdrawal(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("consent_texts", consent_texts(service=2)).with_rows(
        "women", [woman(WANG, "W-0231 王*", wording=HEARD, **CARE)]
    )
    act = fill(phone, pocket, SELF, action="new_text", woman=WANG, consent_service="no", visit_date=day(0)).act()

    assert (act.properties["consent_service"], act.properties["consent_until"]) == ("no", day(-1))


def test_who_has_heard_the_present_words_is_asked_nothing(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("women", [woman(WANG, "W-0231 王*", wording=HEARD, **CARE)])
    record = fill(phone, pocket, SELF, action="new_text", woman=WANG, visit_date=day(0))

    assert "nothing_new_note" in record.shown
    assert record.shown.isdisjoint({"consent_service", *CONSENTS, "notice_read", "consent_proof"})


def test_the_form_opens_on_its_own_due_visits_the_overdue_ones_first() -> None:
    xml = read_library_form(FORM).decode()
    (first, second) = re.findall(r'ref="/data/due/(\w+)".*?<itemset nodeset="([^"]+)"', xml.partition("<h:body>")[2])[
        :2
    ]

    assert xml.partition("<h:body>")[2].startswith('<group appearance="field-list" ref="/data/due">')
    assert [first[0], second[0]] == ["due_overdue", "due_open"]
    assert "form_id = 'woman_consent' and date(closes_on) &lt; today()" in first[1]
    assert "form_id = 'woman_consent' and date(opens_on) &lt;= today()" in second[1]
