"""F5 as a phone fills it: whom it may ask, what a loss ends, and what it writes to her pregnancy."""

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import XForm, read_xform
from tests.forms.library import delivering
from tests.forms.library.antenatal import pregnancy
from tests.forms.library.delivering import (
    BEFORE_ALL,
    BIRTH,
    FORM,
    HERS,
    KINDNESS,
    LIS,
    LOSS,
    OPEN,
    OVER,
    VISIT,
    WEEKS_39,
    fill,
    pocket,
)
from tests.forms.library.due_questions import check_no_key_without_a_visit, check_overdue_stand_apart
from tests.forms.library.filling import (
    LI,
    NO_VISITS,
    WANG,
    Phone,
    begun_earlier,
    day,
    due_row,
    returned_care_row,
    woman,
)
from tests.phones.collectsim.csim.engine import EngineError


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_updates_pregnancies_and_nothing_else(form: XForm) -> None:
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == ("pregnancies", False, True, "2024.1.0")
    assert use.properties == ("status",)


def test_it_needs_the_lists_of_its_phone_and_the_towns_clinics(form: XForm) -> None:
    names = ("women", "clinics", "me", "hotlines", "thresholds", "to_correct", "due_visits", "pregnancies")
    assert [one for one in form.media if one.type == "file"] == [MediaNeed(f"{name}.csv", "file") for name in names]


def test_every_question_of_the_brief_is_there_and_none_about_who_the_baby_is(form: XForm) -> None:
    brief = "pregnancy report_type loss_note loss_date loss_support birth_date birth_place mode live_births"
    brief += " discharge_date consent_pnc visit_date pnc_day temp bp_sys bp_dia danger_pp wound breast feeding"
    brief += " baby_state danger_nb mood2 pp_method_talk next_date visit_key privacy_now"
    names = [field.name for field in form.schema.fields]

    assert set(brief.split()) <= set(names)
    assert len(names) == len(set(names))
    assert not [name for name in names if any(word in name for word in ("sex", "name", "_id", "weight"))]


def test_its_advice_in_danger_is_red_and_names_the_emergency_number(form: XForm) -> None:
    red = ("danger_advice", "danger_nb_advice", "self_harm_note", "mood_critical", "temp_critical", "bp_critical")
    found = [one for one in form.phrases if one.where.split(":")[0].endswith(tuple(f"/{name}" for name in red))]

    assert len(found) == 2 * len(red)
    for one in found:
        assert "color:#c62828" in one.text and "[120](tel:120)" in one.text and "clinic_phones" in one.text, one
    assert any("未同意或已到期：请先填知情同意表，勿录入健康信息" in one.text for one in form.phrases)


def test_a_visit_that_is_due_brings_her_record_and_its_key(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "overdue"), due_row(FORM, LIS, 5, "open", "pregnancies"))

    late = phone.fill(FORM, due, {"due_overdue": "overdue", "privacy_now": "alone", **VISIT}, leave_prefilled=True)
    of_one = phone.fill(FORM, due, {"due_open": "open", "privacy_now": "alone", **VISIT}, leave_prefilled=True)

    assert (late.values["pregnancy"], late.values["visit_key"], late.act().uuid) == (HERS, "overdue", HERS)
    assert (of_one.values["pregnancy"], of_one.values["visit_key"], of_one.act().uuid) == (LIS, "open", LIS)


def test_of_two_records_that_are_not_over_none_is_chosen_beforehand(phone: Phone) -> None:
    two = pocket(due_row(FORM, WANG, -3, "hers"))
    two = two.with_rows("pregnancies", [pregnancy(HERS, WANG), pregnancy(LIS, WANG, status="gave_birth")])

    assert phone.fill(FORM, two, {"due_overdue": "hers"}, leave_prefilled=True).values["pregnancy"] == ""


def test_overdue_visits_have_a_question_of_their_own(phone: Phone) -> None:
    check_overdue_stand_apart(phone, delivering)


def test_a_visit_that_could_not_take_place_carries_no_key(phone: Phone) -> None:
    check_no_key_without_a_visit(phone, delivering, "pregnancy", HERS, "not_private")


def test_a_correction_keeps_what_was_known_when_the_record_was_made(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "the key"))
    first = phone.fill(FORM, due, {"due_overdue": "the key", "privacy_now": "alone", **LOSS}, leave_prefilled=True)
    later = due.with_rows("due_visits", NO_VISITS).with_rows(
        "pregnancies", [pregnancy(HERS, WANG, 10, status="ended"), pregnancy(LIS, LI)]
    )

    second = phone.fill(FORM, later, {**VISIT, "temp": 37}, edit=first, leave_prefilled=True)

    assert (second.values["visit_key"], second.values["pregnancy"]) == ("the key", HERS)
    assert second.act().properties == {"status": "gave_birth"}, "a slip is corrected, though the list says ended by now"
    assert (second.values["status_before"], second.values["anchor_before"]) == ("ongoing", day(-WEEKS_39))
    assert second.refused == []


@pytest.mark.parametrize(
    "her",
    [
        woman(WANG, "W-0231 王*", consent="no"),
        woman(WANG, "W-0231 王*", until=day(-1)),
        woman(LI, "W-0232 李*"),
    ],
    ids=["no", "run out yesterday", "not on this phone"],
)
def test_without_consent_that_holds_nothing_about_health_is_asked_or_written(phone: Phone, her: dict[str, str]) -> None:
    filled = fill(phone, pocket(her=her), **VISIT, temp=39, danger_pp="fever", next_date=day(3), loss_support="none")

    assert filled.shown == BEFORE_ALL | {"gate_note"}
    assert filled.acts == []


def test_consent_holds_on_its_last_day(phone: Phone) -> None:
    assert "temp" in fill(phone, pocket(her=woman(WANG, "W-0231 王*", until=day(0))), **VISIT).shown


def test_where_it_is_not_private_only_another_day_is_agreed(phone: Phone) -> None:
    filled = fill(phone, privacy_now="not_private", next_date=day(3), **VISIT, danger_pp="fever")

    assert filled.shown == BEFORE_ALL | {"privacy_now", "not_private_note", "next_date"}
    assert filled.acts == []
    assert "danger_pp" in fill(phone, privacy_now="others_ok", **VISIT).shown


def test_without_a_report_nothing_is_asked_or_written(phone: Phone) -> None:
    filled = fill(phone, birth_date=day(-1), danger_pp="fever", next_date=day(3))

    assert filled.shown == OPEN
    assert filled.acts == []


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        (BIRTH, "gave_birth"),
        ({**BIRTH, "live_births": 1, "baby_state": "prefer_not"}, "gave_birth"),
        (VISIT, "gave_birth"),
        (LOSS, "ended"),
        ({**BIRTH, "live_births": 0}, "ended"),
        ({**BIRTH, "live_births": 1, "baby_state": "died"}, "ended"),
        ({**VISIT, "baby_state": "died"}, "ended"),
    ],
)
def test_her_pregnancy_is_told_how_it_stands(phone: Phone, answers: dict[str, object], status: str) -> None:
    act = fill(phone, **answers).act()

    assert (act.dataset, act.uuid, act.create, act.update, act.base_version) == ("pregnancies", HERS, False, True, 1)
    assert (act.properties, act.label) == ({"status": status}, "")


EVERYTHING = {"temp": 39, "danger_pp": "fever", "danger_nb": "cord", "feeding": "mixed", "mood2": "low", "bp_sys": 150}
EVERYTHING |= {"wound": "pus", "pp_method_talk": "decided", "consent_pnc": "yes", "next_date": day(3)}


def test_a_loss_ends_all_questions_at_once(phone: Phone) -> None:
    filled = fill(phone, **LOSS, **EVERYTHING, birth_date=day(-2), loss_date=day(-2), loss_support="counsellor")

    assert filled.shown == OPEN | KINDNESS | {"loss_date", "status"}
    assert (filled.values["loss_date"], filled.values["loss_support"]) == (day(-2), "counsellor")


def test_without_a_live_born_baby_only_what_was_told_stays(phone: Phone) -> None:
    filled = fill(phone, **BIRTH, **EVERYTHING, birth_place="hospital", mode="vaginal", live_births=0)

    assert filled.shown == OPEN | KINDNESS | {"birth_date", "birth_place", "mode", "live_births", "status"}
    assert list(filled.values).index("loss_note") > list(filled.values).index("live_births")


def test_when_the_baby_has_died_nothing_more_is_asked(phone: Phone) -> None:
    filled = fill(phone, **VISIT, **EVERYTHING, baby_state="died")

    assert KINDNESS | {"loss_date"} <= filled.shown
    names = list(filled.values)
    after = set(names[names.index("baby_state") + 1 :])
    assert after == KINDNESS | {"lost", "goes_on", "loss_date", "status"}


def test_nobody_is_condoled_with_unless_she_lost_somebody(phone: Phone) -> None:
    for answers in ({**BIRTH, "live_births": 1}, BIRTH, {**VISIT, "baby_state": "concern"}):
        assert not fill(phone, **answers).shown & (KINDNESS | {"loss_date"})


def test_what_is_over_comes_back_by_a_visit_that_is_due_and_only_to_offer_help(phone: Phone) -> None:
    due = pocket(due_row(FORM, OVER, 5, "care", "pregnancies"))
    given = {"due_open": "care", "privacy_now": "alone", "loss_support": "clinic"}

    offered = phone.fill(FORM, due, {**given, **LOSS}, leave_prefilled=True)
    as_a_visit = phone.fill(FORM, due, {**given, **VISIT}, leave_prefilled=True)

    assert (offered.values["pregnancy"], offered.values["loss_support"]) == (OVER, "clinic")
    assert offered.act().properties == {"status": "ended"}
    assert as_a_visit.values["report_type"] == ""
    of_hers = pocket(due_row(FORM, LI, 5, "of a woman"))
    chosen = {"due_open": "of a woman", "pregnancy": OVER, "privacy_now": "alone", **LOSS}
    assert phone.fill(FORM, of_hers, chosen, leave_prefilled=True).values["pregnancy"] == OVER


def test_what_is_over_is_not_in_the_list(phone: Phone) -> None:
    over, given_birth = (
        pocket().with_rows("pregnancies", [pregnancy(LIS, LI, status=one)]) for one in ("ended", "gave_birth")
    )

    assert phone.fill(FORM, given_birth, {"visit_date": day(0)}).values["pregnancy"] == LIS
    with pytest.raises(EngineError):
        phone.fill(FORM, over, {"visit_date": day(0)})


def test_a_correction_keeps_the_next_date_though_it_has_passed(phone: Phone) -> None:
    first = begun_earlier(fill(phone, **VISIT, next_date=day(3)), 10)

    again = phone.fill(FORM, pocket(ga_anchor=day(-283)), {"bp_sys": 120}, edit=first, leave_prefilled=True)

    assert (again.refused, again.values["next_date"], again.values["bp_sys"]) == ([], day(-7), "120")


def test_the_name_of_a_record_is_her_masked_label_and_the_day(phone: Phone) -> None:
    assert f"<instanceName>W-0231 王* {day(0)}</instanceName>".encode() in fill(phone, **LOSS).xml


def test_a_returned_loss_may_have_been_a_birth(phone: Phone) -> None:
    sent = fill(phone, **LOSS)
    row = returned_care_row(sent, "pregnancy")
    on = pocket(status="ended").with_rows("to_correct", [row])

    again = phone.fill(FORM, on, {"to_fix": row["name"], "privacy_now": "alone", **BIRTH}, leave_prefilled=True)

    assert (again.values["pregnancy"], again.values["visit_date"]) == (HERS, day(0))
    assert (again.values["status_before"], again.values["corrects"]) == ("ongoing", row["name"])
    assert (again.act().uuid, again.act().properties["status"]) == (HERS, "gave_birth")


def test_a_returned_report_that_came_after_a_loss_is_about_that_alone(phone: Phone) -> None:
    due = due_row(FORM, OVER, 5, "after a loss", "pregnancies")
    answers = {"due_open": "after a loss", "privacy_now": "alone", **LOSS, "loss_support": "none"}
    sent = phone.fill(FORM, pocket(due), answers, leave_prefilled=True)
    row = returned_care_row(sent, "pregnancy")
    on = pocket().with_rows("to_correct", [row])
    known = {"to_fix": row["name"], "privacy_now": "alone"}

    again = phone.fill(FORM, on, {**known, **LOSS, "loss_support": "clinic"}, leave_prefilled=True)
    kept = ("pregnancy", "due_subject", "visit_key", "status_before")
    assert [again.values[name] for name in kept] == [OVER, OVER, "after a loss", "ended"]
    assert phone.fill(FORM, on, {**known, **BIRTH}, leave_prefilled=True).values["report_type"] == ""


def test_a_returned_report_of_somebody_else_goes_by_her_own_list(phone: Phone) -> None:
    row = returned_care_row(fill(phone, **LOSS), "pregnancy")
    on = pocket(status="ended").with_rows("to_correct", [row])

    again = phone.fill(FORM, on, {"to_fix": row["name"], "pregnancy": LIS, "privacy_now": "alone"})

    assert (again.values["pregnancy"], again.values["status_before"]) == (LIS, "gave_birth")
