"""F13 as a phone fills it: whom it may ask, what it asks, and what it writes to the referral."""

import pytest

from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import XForm, read_xform
from tests.forms.library import referring
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
from tests.forms.library.referring import BEFORE_ALL, FORM, HERS, LIS, OPEN, fill, pocket, referral, refused
from tests.phones.collectsim.csim.engine import EngineError


@pytest.fixture(scope="module")
def form() -> XForm:
    return read_xform(read_library_form(FORM))


def test_it_updates_referrals_and_nothing_else(form: XForm) -> None:
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == ("referrals", False, True, "2024.1.0")
    assert use.properties == ("status", "outcome", "outcome_on")


def test_it_needs_the_lists_of_its_phone_and_the_towns_clinics(form: XForm) -> None:
    names = ("me", "women", "clinics", "to_correct", "due_visits", "referrals")
    assert [one for one in form.media if one.type == "file"] == [MediaNeed(f"{name}.csv", "file") for name in names]


def test_every_question_of_the_brief_is_there(form: XForm) -> None:
    brief = "referral arrived arrived_date treated needs_more barrier closed visit_date visit_key privacy_now"
    names = [field.name for field in form.schema.fields]

    assert set(brief.split()) <= set(names)
    assert len(names) == len(set(names))


def test_its_advice_in_danger_names_the_emergency_number(form: XForm) -> None:
    found = {one.where.split(":")[0].rpartition("/")[2] for one in form.phrases if "[120](tel:120)" in one.text}
    red = {one.where.split(":")[0].rpartition("/")[2] for one in form.phrases if "color:#c62828" in one.text}

    assert found == {"gate_note", "not_private_note", "prefer_not_note", "urgent_note"}
    assert red == {"urgent_note"}
    assert any("未同意或已到期：请先填知情同意表，勿录入健康信息" in one.text for one in form.phrases)


def test_a_visit_that_is_due_brings_the_referral_and_its_key(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "overdue"), due_row(FORM, LIS, 5, "open", "referrals"))
    given = {"privacy_now": "alone", "arrived": "yes"}

    late = phone.fill(FORM, due, {"due_overdue": "overdue", **given}, leave_prefilled=True)
    of_one = phone.fill(FORM, due, {"due_open": "open", **given}, leave_prefilled=True)

    assert (late.values["referral"], late.values["visit_key"], late.act().uuid) == (HERS, "overdue", HERS)
    assert (of_one.values["referral"], of_one.values["visit_key"], of_one.act().uuid) == (LIS, "open", LIS)


def test_of_two_open_referrals_none_is_chosen_beforehand_and_a_closed_one_does_not_count(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "hers"))
    two = due.with_rows("referrals", [referral(HERS, WANG), referral(LIS, WANG, status="open")])
    one = due.with_rows("referrals", [referral(HERS, WANG), referral(LIS, WANG, status="closed")])

    assert phone.fill(FORM, two, {"due_overdue": "hers"}, leave_prefilled=True).values["referral"] == ""
    assert phone.fill(FORM, one, {"due_overdue": "hers"}, leave_prefilled=True).values["referral"] == HERS


def test_overdue_visits_have_a_question_of_their_own(phone: Phone) -> None:
    check_overdue_stand_apart(phone, referring)


def test_a_visit_that_could_not_take_place_carries_no_key(phone: Phone) -> None:
    check_no_key_without_a_visit(phone, referring, "referral", HERS, "not_private")


def test_a_closed_referral_is_not_in_the_list(phone: Phone) -> None:
    closed, still_open = (
        pocket().with_rows("referrals", [referral(LIS, LI, status=one)]) for one in ("closed", "open")
    )

    assert phone.fill(FORM, still_open, {"visit_date": day(0)}).values["referral"] == LIS
    with pytest.raises(EngineError):
        phone.fill(FORM, closed, {"visit_date": day(0)})


def test_a_correction_keeps_what_was_known_when_the_record_was_made(phone: Phone) -> None:
    due = pocket(due_row(FORM, WANG, -3, "the key"), urgency="urgent")
    given = {"due_overdue": "the key", "privacy_now": "alone", "arrived": "yes", "closed": "yes"}
    first = phone.fill(FORM, due, given, leave_prefilled=True)
    closed = [referral(HERS, WANG, "routine", status="closed", referred_on=day(0)), referral(LIS, LI)]
    later = due.with_rows("due_visits", NO_VISITS).with_rows("referrals", closed)

    again = phone.fill(FORM, later, {"arrived_date": day(-6), "closed": "no"}, edit=first, leave_prefilled=True)

    assert (again.values["referral"], again.values["visit_key"]) == (HERS, "the key")
    assert (again.values["arrived_date"], again.values["urgency_before"]) == (day(-6), "urgent")
    assert again.act().properties["status"] == "open"


@pytest.mark.parametrize(
    "her",
    [
        woman(WANG, "W-0231 王*", consent="no"),
        woman(WANG, "W-0231 王*", until=day(-1)),
        woman(LI, "W-0232 李*"),
    ],
    ids=["no", "run out yesterday", "not on this phone"],
)
def test_without_consent_that_holds_nothing_is_asked_or_written(phone: Phone, her: dict[str, str]) -> None:
    for on in (pocket(her=her), pocket(her=her).as_role("clinician")):
        filled = fill(phone, on, heard_from="record", arrived="yes", closed="yes")

        assert filled.shown == BEFORE_ALL | {"gate_note"}
        assert filled.acts == []


def test_consent_holds_on_its_last_day(phone: Phone) -> None:
    assert "arrived" in fill(phone, pocket(her=woman(WANG, "W-0231 王*", until=day(0)))).shown


def test_where_it_is_not_private_only_another_day_is_agreed(phone: Phone) -> None:
    filled = fill(phone, privacy_now="not_private", reschedule_date=day(3), arrived="yes", closed="yes")

    assert filled.shown == BEFORE_ALL | {"privacy_now", "not_private_note", "reschedule_date"}
    assert (filled.values["reschedule_date"], filled.acts) == (day(3), [])
    assert refused(phone, privacy_now="not_private", reschedule_date=day(-1)) == ["reschedule_date"]
    assert "arrived" in fill(phone, privacy_now="others_ok").shown


def test_a_new_date_stays_when_the_record_is_corrected_after_it(phone: Phone) -> None:
    first = begun_earlier(fill(phone, privacy_now="not_private", reschedule_date=day(3)), 10)

    again = phone.fill(FORM, pocket(), {}, edit=first, leave_prefilled=True)

    assert (again.refused, again.values["reschedule_date"]) == ([], day(-7))


def test_only_the_clinics_phones_may_answer_from_a_record_and_then_nobody_is_talked_to(phone: Phone) -> None:
    clinic = pocket().as_role("clinician")

    from_record = fill(phone, clinic, heard_from="record", privacy_now="not_private", arrived="yes")
    from_her = fill(phone, clinic, heard_from="her", arrived="yes")
    by_worker = fill(phone, heard_from="record", arrived="yes")

    assert "privacy_now" not in from_record.shown
    assert from_record.act().properties["outcome"] == from_her.act().properties["outcome"] == "yes"
    assert "privacy_now" in from_her.shown
    assert "heard_from" not in by_worker.shown


ASKED_ON = {"needs_more", "closed", "status", "outcome"}


@pytest.mark.parametrize(
    ("arrived", "more"),
    [
        (None, set()),
        ("yes", ASKED_ON | {"arrived_date", "treated", "outcome_on"}),
        ("no", ASKED_ON | {"barrier", "outcome_on"}),
        ("unknown", ASKED_ON),
        ("prefer_not", {"prefer_not_note", "status"}),
    ],
)
def test_what_is_asked_goes_by_whether_she_went(phone: Phone, arrived: str | None, more: set[str]) -> None:
    assert fill(phone, arrived=arrived).shown == OPEN | more


@pytest.mark.parametrize(("treated", "asked"), [("yes", False), ("no", True), ("unknown", False), (None, False)])
def test_who_went_and_was_not_seen_is_asked_what_made_it_hard(phone: Phone, treated: str | None, asked: bool) -> None:
    assert ("barrier" in fill(phone, arrived="yes", treated=treated).shown) is asked


@pytest.mark.parametrize(
    ("answers", "properties"),
    [
        ({"arrived": "yes"}, {"outcome": "yes", "outcome_on": day(0), "status": "open"}),
        ({"arrived": "yes", "closed": "yes"}, {"outcome": "yes", "outcome_on": day(0), "status": "closed"}),
        ({"arrived": "no", "closed": "no"}, {"outcome": "no", "outcome_on": day(0), "status": "open"}),
        ({"arrived": "no", "closed": "yes"}, {"outcome": "no", "outcome_on": day(0), "status": "closed"}),
        ({"arrived": "unknown"}, {"outcome": "unknown", "status": "open"}),
        ({"arrived": "unknown", "closed": "yes"}, {"outcome": "unknown", "status": "closed"}),
        ({"arrived": "prefer_not"}, {"status": "closed"}),
    ],
)
def test_the_referral_is_told_how_it_went(phone: Phone, answers: dict[str, str], properties: dict[str, str]) -> None:
    act = fill(phone, **answers).act()

    assert (act.dataset, act.uuid, act.create, act.update, act.base_version) == ("referrals", HERS, False, True, 1)
    assert (act.properties, act.label) == (properties, "")


def test_no_answer_changes_nothing(phone: Phone) -> None:
    assert fill(phone, closed="yes", needs_more="no").acts == []


@pytest.mark.parametrize(
    ("urgency", "arrived", "warned"),
    [
        ("urgent", "no", True),
        ("urgent", "unknown", True),
        ("urgent", "yes", False),
        ("urgent", "prefer_not", False),
        ("urgent", None, False),
        ("routine", "no", False),
    ],
)
def test_an_urgent_referral_to_which_she_did_not_go_is_still_urgent(
    phone: Phone, urgency: str, arrived: str | None, warned: bool
) -> None:
    assert ("urgent_note" in fill(phone, pocket(urgency=urgency), arrived=arrived).shown) is warned


@pytest.mark.parametrize(("distance", "taken"), [(-7, False), (-6, True), (0, True), (1, False)])
def test_she_went_between_the_referral_and_the_visit(phone: Phone, distance: int, taken: bool) -> None:
    assert (fill(phone, arrived="yes", arrived_date=day(distance)).values["arrived_date"] == day(distance)) is taken


def test_she_did_not_go_after_a_visit_that_is_entered_later(phone: Phone) -> None:
    assert refused(phone, visit_date=day(-3), arrived="yes", arrived_date=day(-2)) == ["arrived_date"]


@pytest.mark.parametrize(("distance", "taken"), [(-365, True), (-366, False)])
def test_where_the_day_of_the_referral_is_not_known_a_year_is_enough(phone: Phone, distance: int, taken: bool) -> None:
    filled = fill(phone, pocket(referred_on=""), arrived="yes", arrived_date=day(distance))

    assert (filled.values["arrived_date"] == day(distance)) is taken


def test_what_made_it_hard_may_be_several_things_or_none(phone: Phone) -> None:
    assert fill(phone, arrived="no", barrier="transport fear").values["barrier"] == "transport fear"
    assert refused(phone, arrived="no", barrier="none fear") == ["barrier"]
    assert refused(phone, arrived="no", barrier="prefer_not fear") == ["barrier"]


def test_while_she_needs_more_the_referral_is_not_finished(phone: Phone) -> None:
    assert refused(phone, arrived="yes", needs_more="yes", closed="yes") == ["closed"]
    assert "needs_more_note" in fill(phone, arrived="yes", needs_more="yes", closed="no").shown
    assert "needs_more_note" not in fill(phone, arrived="yes", needs_more="no", closed="yes").shown


def test_advice_names_the_clinics_numbers_or_says_that_there_are_none(phone: Phone) -> None:
    bare = pocket().with_rows("clinics", [{"name": "none", "label": "名单还没有填", "phone": ""}])

    assert fill(phone).values["clinic_phones"] == "0825-5550120"
    told = fill(phone, bare).values
    assert (told["clinic_phones"], told["clinic_phones_en"]) == ("（镇里还没有填）", "(not filled in yet)")


@pytest.mark.parametrize(("distance", "kept"), [(1, False), (0, True), (-365, True), (-366, False)])
def test_the_visits_day_is_of_the_last_year(phone: Phone, distance: int, kept: bool) -> None:
    assert (fill(phone, visit_date=day(distance)).values["visit_date"] == day(distance)) is kept


def test_the_name_of_a_record_is_her_masked_label_and_the_day(phone: Phone) -> None:
    assert f"<instanceName>W-0231 王* {day(0)}</instanceName>".encode() in fill(phone).xml


def test_a_returned_outcome_brings_its_referral_although_it_is_closed_by_now(phone: Phone) -> None:
    due = due_row(FORM, HERS, 5, "open", "referrals")
    known = {"due_open": "open", "visit_date": day(-2), "privacy_now": "alone"}
    sent = phone.fill(FORM, pocket(due), {**known, "arrived": "prefer_not"}, leave_prefilled=True)
    assert sent.act().properties["status"] == "closed"
    row = returned_care_row(sent, "referral")
    on = pocket(status="closed", urgency="urgent").with_rows("to_correct", [row])

    answers = {"to_fix": row["name"], "privacy_now": "alone", "arrived": "no", "closed": "no"}
    again = phone.fill(FORM, on, answers, leave_prefilled=True)

    kept = ("referral", "visit_key", "visit_date", "referred_before")
    assert [again.values[name] for name in kept] == [sent.values[name] for name in kept]
    assert (again.values["corrects"], again.values["urgency_before"]) == (row["name"], "urgent")
    assert (again.act().uuid, again.act().properties["status"]) == (HERS, "open")
