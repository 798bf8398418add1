"""F6 as a phone fills it: alone with her, her own choice, one of her records or a new one."""

import re

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import XForm, read_xform
from tests.forms.library import contraception
from tests.forms.library.contraception import (
    AGAIN,
    ANOTHER,
    BEFORE_ALL,
    FORM,
    HERS,
    LIS,
    LIST,
    START,
    episode,
    fill,
    hers,
    pocket,
    refused,
)
from tests.forms.library.due_questions import check_no_key_without_a_visit
from tests.forms.library.filling import LI, NO_VISITS, VILLAGE, WANG, Phone, day, due_row, returned_care_row, woman


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_creates_and_updates_episodes_and_nothing_else(form: XForm) -> None:
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == (LIST, True, True, "2024.1.0")
    saved = "woman village_code method start_date last_injection next_injection supply_end status"
    assert use.properties == tuple(saved.split())


def test_it_needs_the_lists_of_its_phone_and_the_towns_clinics(form: XForm) -> None:
    names = ("me", "hotlines", "thresholds", "to_correct", "due_visits", "women", LIST, "clinics")
    assert [one for one in form.media if one.type == "file"] == [MediaNeed(f"{name}.csv", "file") for name in names]


def test_every_question_of_the_brief_is_there(form: XForm) -> None:
    brief = "client episode reason info_given choice_hers pressure method start_date device_type expiry_on_card"
    brief += " last_injection next_injection_date late_days packs_given supply_end mec_flags bp_sys bp_dia side_effects"
    brief += " danger_fp wish removal_request refer_to refer_urgency reminder_wish visit_key privacy_now village_code"
    names = [field.name for field in form.schema.fields]

    assert set(brief.split()) <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "her",
    [
        woman(WANG, "W-0231 王*", consent="no"),
        woman(WANG, "W-0231 王*", until=day(-1)),
    ],
    ids=["no", "run out yesterday"],
)
def test_without_consent_that_holds_nothing_is_asked_or_written(phone: Phone, her: dict[str, str]) -> None:
    filled = fill(phone, pocket(her=her), **START, method="coc")

    assert filled.shown == BEFORE_ALL | {"gate_note"}
    assert filled.acts == []


@pytest.mark.parametrize("place", ["others_ok", "not_private"])
def test_unless_she_is_alone_only_another_day_is_agreed(phone: Phone, place: str) -> None:
    filled = fill(phone, privacy_now=place, reschedule_date=day(3), **START, method="coc")

    assert filled.shown == BEFORE_ALL | {"privacy_now", "not_private_note", "reschedule_date"}
    assert filled.acts == []


def test_a_new_method_makes_an_episode_under_her_masked_label(phone: Phone) -> None:
    filled = fill(phone, **START, method="iud_cu", start_date=day(-1))
    act = filled.act()

    assert (act.dataset, act.create, act.update, act.uuid) == (LIST, True, False, filled.values["new_id"])
    assert act.label == f"W-0231 王* {day(0)}"
    expected = {"woman": WANG, "village_code": VILLAGE, "method": "iud_cu", "start_date": day(-1), "status": "current"}
    assert act.properties == expected


def test_her_chosen_episode_is_updated_and_keeps_its_label(phone: Phone) -> None:
    filled = fill(phone, hers(), episode=HERS, reason="check", **AGAIN, method="dmpa")
    act = filled.act()

    assert (act.uuid, act.create, act.update, act.base_version) == (HERS, False, True, 1)
    assert act.label == f"W-0231 王* {day(-200)}"
    assert act.properties == {"woman": WANG, "village_code": VILLAGE, "method": "dmpa", "status": "current"}


def test_only_her_own_episodes_can_be_chosen(phone: Phone) -> None:
    on = pocket(episodes=[episode(HERS), episode(ANOTHER), episode(LIS, LI)])

    assert fill(phone, on, episode=LIS, reason="check").values["episode"] == ""
    assert fill(phone, on, episode=ANOTHER, reason="check").values["episode"] == ANOTHER


def test_a_woman_without_episodes_is_not_asked_for_one(phone: Phone) -> None:
    assert "episode" not in fill(phone, **START, method="coc").shown


def test_a_visit_that_is_due_brings_her_her_one_current_method_and_its_key(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "the key"), episodes=[episode(HERS), episode(ANOTHER, status="ended")])
    given = {"due_overdue": "the key", "privacy_now": "alone", "reason": "check", **AGAIN}

    filled = phone.fill(FORM, due, given, leave_prefilled=True)

    assert (filled.values["client"], filled.values["episode"], filled.values["visit_key"]) == (WANG, HERS, "the key")
    assert (filled.values["method"], filled.act().uuid) == ("dmpa", HERS)


def test_a_visit_that_could_not_take_place_carries_no_key(phone: Phone) -> None:
    check_no_key_without_a_visit(phone, contraception, "client", WANG, "others_ok")


def test_of_two_current_methods_none_is_chosen_beforehand(phone: Phone) -> None:
    two = pocket(episodes=[episode(HERS), episode(ANOTHER, method="condom_m")])
    given = {"client": WANG, "privacy_now": "alone", "reason": "check", **AGAIN}

    assert phone.fill(FORM, two, given, leave_prefilled=True).values["episode"] == ""


def test_a_correction_keeps_the_visit_key_and_the_episode_it_made(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, 3, "the key"))
    given = {"due_open": "the key", "privacy_now": "alone", **START, "method": "coc", "packs_given": 3}
    first = phone.fill(FORM, due, given, leave_prefilled=True)
    later = due.with_rows("due_visits", NO_VISITS).with_rows(LIST, [episode(first.act().uuid, method="coc")])

    second = phone.fill(FORM, later, {"packs_given": 2}, edit=first, leave_prefilled=True)

    assert second.values["visit_key"] == "the key"
    assert (second.act().uuid, second.act().create) == (first.act().uuid, True)
    assert second.act().properties["supply_end"] == day(56)


def test_a_start_leaves_the_episode_blank_and_a_switch_names_the_old_one(phone: Phone) -> None:
    assert refused(phone, hers(), episode=HERS, **START) == ["reason"]
    assert refused(phone, reason="switch") == ["reason"]
    assert refused(phone, hers(), episode=None, **START, method="coc") == []


def test_a_method_is_explained_beside_others_before_it_starts(phone: Phone) -> None:
    assert refused(phone, **{**START, "info_given": "how_works"}) == ["info_given"]
    assert refused(phone, reason="check", info_given="how_works", **AGAIN) == []


@pytest.mark.parametrize("hers_it_is", ["no", "unsure", None])
def test_what_is_not_her_own_decision_is_not_recorded(phone: Phone, hers_it_is: str | None) -> None:
    filled = fill(phone, **{**START, "choice_hers": hers_it_is}, method="iud_cu", start_date=day(0), wish="stop")

    assert not filled.shown & {"method", "start_date", "device_type", "reminder_wish", "status"}
    assert ("choice_note" in filled.shown) is (hers_it_is is not None)
    assert {"danger_fp", "wish", "refer_to"} <= filled.shown
    assert filled.acts == []


def test_an_injection_that_is_not_her_own_decision_is_not_recorded_either(phone: Phone) -> None:
    filled = fill(
        phone, hers(), episode=HERS, reason="reinject", choice_hers="no", pressure="no", last_injection=day(0)
    )

    assert "last_injection" not in filled.shown
    assert filled.acts == []


@pytest.mark.parametrize("reason", ["info", "start", "check", "problem", "stop"])
def test_under_pressure_the_form_ends_and_writes_nothing(phone: Phone, reason: str) -> None:
    on = pocket() if reason == "start" else hers()
    given = {**START, "reason": reason, "pressure": "yes"}
    filled = fill(phone, on, episode=None if reason == "start" else HERS, **given, method="dmpa", wish="continue")

    after = list(filled.values)[list(filled.values).index("pressure") + 1 :]
    assert set(after) <= {"pressure_note", "goes_on", "records", "makes", "acts", "new_id"}
    assert "pressure_note" in after
    assert filled.acts == []


@pytest.mark.parametrize("pressure", ["no", "prefer_not", None])
def test_no_pressure_and_no_answer_go_on(phone: Phone, pressure: str | None) -> None:
    assert fill(phone, **{**START, "pressure": pressure}, method="coc").act().create


def test_asking_makes_no_episode_and_changes_none(phone: Phone) -> None:
    assert fill(phone, reason="info", info_given="several_methods", pressure="no").acts == []
    assert fill(phone, hers(), episode=HERS, reason="info", pressure="no").acts == []


@pytest.mark.parametrize("method", ["none", "prefer_not", None])
def test_without_a_method_there_is_no_episode(phone: Phone, method: str | None) -> None:
    filled = fill(phone, **START, method=method, reminder_wish="phone")

    assert filled.acts == []
    assert not filled.shown & {"start_date", "reminder_wish"}


def test_an_episode_stays_with_its_method(phone: Phone) -> None:
    assert refused(phone, hers(), episode=HERS, reason="check", **AGAIN, method="coc") == ["method"]


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ({"reason": "stop"}, "ended"),
        ({"reason": "switch"}, "ended"),
        ({"reason": "check", "choice_hers": "yes", "wish": "stop"}, "ended"),
        ({"reason": "check", "choice_hers": "yes", "wish": "switch"}, "ended"),
        ({"reason": "check", "choice_hers": "yes", "wish": "remove_device"}, "current"),
        ({"reason": "check", "choice_hers": "yes", "wish": "continue"}, "current"),
        ({"reason": "check", "choice_hers": "yes"}, "current"),
    ],
)
def test_stopping_and_switching_end_the_episode_without_a_reason(
    phone: Phone, answers: dict[str, str], status: str
) -> None:
    filled = fill(phone, hers(), episode=HERS, **answers)

    assert filled.act().properties["status"] == status
    assert ("choice_hers" in filled.shown) is ("choice_hers" in answers)


def test_a_device_is_taken_out_on_request_within_a_week(phone: Phone) -> None:
    filled = fill(phone, hers(method="implant"), episode=HERS, reason="check", **AGAIN, wish="remove_device")

    assert filled.values["removal_request"] == "1"
    assert "removal_note" in filled.shown
    assert fill(phone, hers(), episode=HERS, reason="check", **AGAIN, wish="continue").values["removal_request"] == "0"


@pytest.mark.parametrize("name", ["danger_fp", "side_effects"])
def test_none_of_these_stands_alone(phone: Phone, name: str) -> None:
    first = {"danger_fp": "calf_pain", "side_effects": "pain"}[name]
    assert refused(phone, hers(), episode=HERS, reason="problem", **{name: f"none {first}"}) == [name]


def test_a_reminder_is_none_unless_she_wants_one(phone: Phone) -> None:
    given = {"client": WANG, "privacy_now": "alone"}
    new = phone.fill(FORM, pocket(), {**given, **START, "method": "coc"}, leave_prefilled=True)
    known = phone.fill(FORM, hers(), {**given, "reason": "check", **AGAIN}, leave_prefilled=True)

    assert new.values["reminder_wish"] == "none"
    assert known.values["reminder_wish"] == "", "an answer that was not asked for changes nothing"
    assert fill(phone, **START, method="coc", reminder_wish="visit").values["reminder_wish"] == "visit"


@pytest.mark.parametrize("said", ["no", ""])
def test_who_did_not_agree_to_reminders_is_not_asked_for_a_way(phone: Phone, said: str) -> None:
    her = woman(WANG, "W-0231 王*", consent_reminder=said)
    assert "reminder_wish" not in fill(phone, pocket(her=her), **START, method="coc").shown


def test_a_referral_says_how_urgent(phone: Phone) -> None:
    filled = fill(phone, reason="info", refer_to="town", refer_urgency="urgent")

    assert (filled.values["refer_to"], filled.values["refer_urgency"]) == ("town", "urgent")
    assert "refer_urgency" not in fill(phone, reason="info").shown


def test_no_label_and_no_name_of_a_record_tells_the_method(phone: Phone) -> None:
    for method in ("iud_cu", "dmpa", "coc"):
        filled = fill(phone, **START, method=method)
        name = re.search(rb"<instanceName>(.*)</instanceName>", filled.xml)
        assert name is not None
        assert filled.act().label == name[1].decode() == f"W-0231 王* {day(0)}"


def test_a_returned_start_of_a_method_starts_it_once(phone: Phone) -> None:
    sent = fill(phone, **START, method="coc")
    row = returned_care_row(sent, "client")
    own = episode(sent.act().uuid, method="coc")
    on = pocket(episodes=[own, episode(LIS, LI)]).with_rows("to_correct", [row])
    known = {"to_fix": row["name"], "privacy_now": "alone", **START}

    again = phone.fill(FORM, on, {**known, "method": "pop"}, leave_prefilled=True)
    assert (again.values["client"], again.values["visit_date"]) == (WANG, day(0))
    assert (again.act().create, again.act().uuid) == (True, sent.act().uuid)
    assert (again.act().properties["method"], again.values["method_before"]) == ("pop", "")
    assert "episode" not in again.shown

    beside = pocket(episodes=[own, episode(HERS)]).with_rows("to_correct", [row])
    still = phone.fill(FORM, beside, {**known, "method": "pop"}, leave_prefilled=True)
    assert (still.values["episode"], still.act().uuid) == ("", sent.act().uuid)
    assert phone.fill(FORM, beside, {**known, "episode": own["name"]}, leave_prefilled=True).values["episode"] == ""


def test_a_returned_injection_is_counted_from_the_one_before_it(phone: Phone) -> None:
    before = {"last_injection": day(-95), "next_injection": day(-4)}
    given = {"episode": HERS, "reason": "reinject", **AGAIN, "method": "dmpa", "next_injection_date": day(91)}
    sent = fill(phone, hers(**before), **given, last_injection=day(0))
    row = returned_care_row(sent, "client")
    row = {**row, "was_episode": HERS}
    on = hers(last_injection=day(0), next_injection=day(91)).with_rows("to_correct", [row])

    answers = {
        "to_fix": row["name"],
        "privacy_now": "alone",
        "reason": "reinject",
        **AGAIN,
        "next_injection_date": day(90),
    }
    again = phone.fill(FORM, on, answers, leave_prefilled=True)

    kept = ("episode", "method", "injection_before", "next_before", "late_days", "last_injection")
    assert [again.values[name] for name in kept] == [sent.values[name] for name in kept]
    assert (again.act().update, again.act().uuid) == (True, HERS)

    another = phone.fill(FORM, on, {**answers, "client": LI, "episode": LIS}, leave_prefilled=True)
    assert (another.values["episode"], another.values["injection_before"]) == (LIS, "")


def test_a_returned_stop_is_still_about_the_method_that_it_ended(phone: Phone) -> None:
    sent = fill(phone, hers(), episode=HERS, reason="stop")
    row = {**returned_care_row(sent, "client"), "was_episode": HERS}
    on = pocket(episodes=[episode(HERS, status="ended"), episode(ANOTHER)]).with_rows("to_correct", [row])

    answers = {"to_fix": row["name"], "privacy_now": "alone", "reason": "check", **AGAIN}
    again = phone.fill(FORM, on, answers, leave_prefilled=True)

    assert (again.values["episode"], again.values["method"]) == (HERS, "dmpa")
    assert again.act().properties["status"] == "current"
