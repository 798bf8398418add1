"""F2 as a phone fills it for who is on its list: renewing, changing, correcting, and taking back."""

import re

import pytest

from forms.library import read_library_form
from tests.forms.library.consenting import ABOUT_HER, AGREES, CARE, CONSENTS, FIRST, FORM, HOME, SELF, fill
from tests.forms.library.filling import LI, VILLAGE, WANG, Phone, Pocket, day, due_row, woman


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


def test_a_consent_that_is_entered_late_lasts_a_year_from_the_day_on_which_she_gave_it(
    phone: Phone, pocket: Pocket
) -> None:
    act = fill(phone, pocket, FIRST, AGREES, action="renew", woman=WANG, visit_date=day(-40)).act()
    assert act.properties["consent_until"] == day(325)


def test_who_takes_everything_back_need_not_say_what_becomes_of_her_data(phone: Phone, pocket: Pocket) -> None:
    given = {"action": "withdraw", "woman": WANG, "withdraw_scope": "service"}
    record = phone.fill("woman_consent", pocket, given, leave_prefilled=False)

    assert record.values["withdraw_erase"] == ""
    assert (record.act().properties["consent_service"], record.act().properties["consent_until"]) == ("no", day(-1))


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


def test_the_form_opens_on_its_own_due_visits_the_overdue_ones_first() -> None:
    xml = read_library_form(FORM).decode()
    (first, second) = re.findall(r'ref="/data/due/(\w+)".*?<itemset nodeset="([^"]+)"', xml.partition("<h:body>")[2])[
        :2
    ]

    assert xml.partition("<h:body>")[2].startswith('<group appearance="field-list" ref="/data/due">')
    assert [first[0], second[0]] == ["due_overdue", "due_open"]
    assert "form_id = 'woman_consent' and date(closes_on) &lt; today()" in first[1]
    assert "form_id = 'woman_consent' and date(opens_on) &lt;= today()" in second[1]
