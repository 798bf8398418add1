"""F3 as a phone fills it: nothing about health without consent, her wish first, dates, danger signs."""

import re
import uuid
from datetime import date, timedelta

import pytest

from forms.about import LIBRARY
from forms.library import read_library_form
from forms.media import MediaNeed
from forms.xform import read_xform
from server.registry.dating import Scan, Told, date_pregnancy
from tests.forms.library.filling import (
    LI,
    VILLAGE,
    WANG,
    Filled,
    Phone,
    Pocket,
    begun_earlier,
    day,
    due_row,
    entity,
    make_pocket,
    returned_care_row,
    woman,
)
from tests.phones.collectsim.csim.engine import EngineError

FORM = "pregnancy_registration"
PICTURES = LIBRARY / "pictures"
HEALTH = {
    *("test_basis", "lmp_known", "lmp_date", "us_done", "us_date", "us_weeks", "us_days", "fetuses_told", "risk_heard"),
    *("booklet_given", "first_check_date", "clinic", "folic_now", "danger_now", "contact_ok", "ga_anchor", "edd_show"),
}
WANTS = {"woman": WANG, "privacy_now": "alone", "wants_registration": "yes", "visit_date": day(0)}
PERIOD = {"lmp_known": "exact", "lmp_calendar": "solar", "lmp_date": day(-100)}


@pytest.fixture
def pocket() -> Pocket:
    lapsed = woman(LI, "W-0555 李*", until=day(-1))
    return make_pocket(women=[woman(WANG, "W-0231 王*"), lapsed], pregnancies=[])


@pytest.fixture
def clinic(pocket: Pocket) -> Pocket:
    return pocket.as_role("clinician")


def fill(phone: Phone, pocket: Pocket, *given: dict[str, str], **more: str) -> Filled:
    return phone.fill(FORM, pocket, {name: text for one in (*given, more) for name, text in one.items()})


def scan(made: int, weeks: int, days: int = 0) -> dict[str, str]:
    """Answers: a scan so many days ago that told the weeks."""
    return {"us_done": "yes", "us_date": day(-made), "us_weeks": str(weeks), "us_days": str(days)}


def test_the_registration_makes_pregnancies_and_changes_nothing() -> None:
    form = read_xform(read_library_form(FORM))
    (use,) = form.datasets

    assert (use.name, use.creates, use.updates, use.entities_version) == ("pregnancies", True, False, "2024.1.0")
    assert set(use.properties) == {"woman", "village_code", "ga_anchor", "preg_no", "status"}
    assert form.schema.geo_fields() == []


def test_the_registration_needs_these_lists() -> None:
    needs = {"me.csv", "to_correct.csv", "due_visits.csv", "women.csv", "pregnancies.csv", "clinics.csv"}

    listed = {one for one in read_xform(read_library_form(FORM)).media if one.type == "file"}
    assert listed == {MediaNeed(name, "file") for name in needs}


def test_who_wants_it_gets_a_pregnancy_under_a_neutral_label(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, WANTS, PERIOD)
    act = record.act()

    assert (act.dataset, act.create, act.update, act.label) == ("pregnancies", True, False, "W-0231 #1")
    assert act.properties == {
        "woman": WANG,
        "village_code": VILLAGE,
        "ga_anchor": day(-100),
        "preg_no": "1",
        "status": "ongoing",
    }
    assert re.findall("instanceName>([^<]+)<", record.xml.decode()) == [f"W-0231 {day(0)}"]


def test_a_returned_registration_is_the_same_pregnancy_with_its_number(phone: Phone, pocket: Pocket) -> None:
    sent = fill(phone, pocket, WANTS, PERIOD)
    own = entity(sent.act().uuid, "W-0231 #1", woman=WANG, status="gave_birth", preg_no="1")
    later = entity(str(uuid.uuid4()), "W-0231 #2", woman=WANG, status="ongoing", preg_no="2")
    row = returned_care_row(sent, "woman")
    on = pocket.with_rows("pregnancies", [own]).with_rows("to_correct", [row])
    known = {"to_fix": row["name"], "privacy_now": "alone", "wants_registration": "yes", **PERIOD}

    again = phone.fill(FORM, on, {**known, "lmp_date": day(-90)}, leave_prefilled=True)
    act = again.act()
    assert (again.values["woman"], again.values["visit_date"], again.values["corrects"]) == (WANG, day(0), row["name"])
    assert (act.uuid, act.create, act.update, act.label) == (sent.act().uuid, True, False, "W-0231 #1")
    assert (act.properties["ga_anchor"], "ongoing_note" in again.shown) == (day(-90), False)

    both = on.with_rows("pregnancies", [own, later])
    assert phone.fill(FORM, both, known, leave_prefilled=True).act().label == "W-0231 #1"
    assert fill(phone, both, WANTS, PERIOD).act().label == "W-0231 #3"


def test_a_later_pregnancy_has_the_next_number_also_when_it_is_corrected(phone: Phone, pocket: Pocket) -> None:
    before = entity(str(uuid.uuid4()), "W-0231 #1", woman=WANG, status="gave_birth")
    others = entity(str(uuid.uuid4()), "W-0555 #1", woman=LI, status="ongoing")
    record = fill(phone, pocket.with_rows("pregnancies", [before, others]), WANTS, PERIOD)
    assert (record.act().label, "ongoing_note" in record.shown) == ("W-0231 #2", False)

    own = entity(record.act().uuid, "W-0231 #2", woman=WANG, status="ongoing")
    again = phone.fill(FORM, pocket.with_rows("pregnancies", [before, others, own]), {"folic_now": "yes"}, edit=record)
    assert (again.act().label, again.act().uuid) == ("W-0231 #2", record.act().uuid)
    assert "ongoing_note" not in again.shown


def test_a_registration_that_is_going_on_is_pointed_out(phone: Phone, pocket: Pocket) -> None:
    going_on = entity(str(uuid.uuid4()), "W-0231 #1", woman=WANG, status="ongoing")

    assert "ongoing_note" in fill(phone, pocket.with_rows("pregnancies", [going_on]), WANTS, PERIOD).shown


def without(rows: list[dict[str, str]], **changed: str) -> list[dict[str, str]]:
    return [{**row, **changed} for row in rows]


@pytest.mark.parametrize(
    "changed",
    [{"consent_service": "no"}, {"consent_service": ""}, {"consent_until": day(-1)}, {"consent_until": ""}],
    ids=["no", "never asked", "run out", "no last day"],
)
def test_without_consent_nothing_of_health_is_asked_or_kept(
    phone: Phone, pocket: Pocket, changed: dict[str, str]
) -> None:
    pocket = pocket.with_rows("women", without(pocket.lists["women"], **changed))
    record = fill(phone, pocket, WANTS, PERIOD, scan(10, 12), danger_now="bleeding")

    assert record.acts == []
    assert record.shown.isdisjoint(HEALTH | {"privacy_now", "wants_registration"})
    assert "no_consent_note" in record.shown


def test_consent_holds_on_its_last_day(phone: Phone, pocket: Pocket) -> None:
    pocket = pocket.with_rows("women", without(pocket.lists["women"], consent_until=day(0)))

    assert fill(phone, pocket, WANTS, PERIOD).act().create


def test_who_is_in_no_list_cannot_be_registered(phone: Phone, pocket: Pocket) -> None:
    with pytest.raises(EngineError, match=r"woman.*required"):
        fill(phone, pocket, WANTS, PERIOD, woman=str(uuid.uuid4()))


def test_where_she_cannot_talk_only_a_new_date_is_asked(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, WANTS, PERIOD, privacy_now="not_private", reschedule_date=day(2))

    assert record.acts == []
    assert record.values["reschedule_date"] == day(2)
    assert record.shown.isdisjoint(HEALTH | {"wants_registration"})


def test_who_does_not_want_it_is_not_registered_nor_asked(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, WANTS, PERIOD, wants_registration="no", danger_now="bleeding")

    assert record.acts == []
    assert record.shown.isdisjoint(HEALTH)
    assert "not_wanted_note" in record.shown


@pytest.mark.parametrize("period", [{}, {"lmp_known": "no"}], ids=["not said", "not known"])
def test_every_question_may_be_skipped(phone: Phone, pocket: Pocket, period: dict[str, str]) -> None:
    record = fill(phone, pocket, WANTS, period)

    assert {name for name in HEALTH if record.values.get(name)} == period.keys()
    assert record.act().properties["ga_anchor"] == ""
    assert "undated_note" in record.shown and "edd_show" not in record.shown


@pytest.mark.parametrize("distance", [1, -302])
def test_a_last_period_to_come_or_too_long_ago_is_not_taken(phone: Phone, pocket: Pocket, distance: int) -> None:
    with pytest.raises(EngineError, match=r"lmp_date.*required.*refused"):
        fill(phone, pocket, WANTS, PERIOD, lmp_date=day(distance))


@pytest.mark.parametrize("distance", [0, -301])
def test_the_first_and_the_last_possible_day_are_taken(phone: Phone, pocket: Pocket, distance: int) -> None:
    assert fill(phone, pocket, WANTS, PERIOD, lmp_date=day(distance)).act().properties["ga_anchor"] == day(distance)


def test_the_days_are_those_before_the_registration_so_that_a_later_correction_refuses_none(
    phone: Phone, pocket: Pocket
) -> None:
    longest = {**PERIOD, "lmp_date": day(-301), "first_check_date": day(-301)}
    first = begun_earlier(fill(phone, pocket, WANTS, longest), 40)

    again = phone.fill(FORM, pocket, {"folic_now": "yes"}, edit=first, leave_prefilled=True)

    assert (again.refused, again.act().properties["ga_anchor"]) == ([], day(-341))
    with pytest.raises(EngineError, match=r"lmp_date.*required.*refused"):
        fill(phone, pocket, WANTS, PERIOD, visit_date=day(-30), lmp_date=day(-29))


@pytest.mark.parametrize(
    ("name", "answer"),
    [("us_weeks", "3"), ("us_weeks", "43"), ("us_days", "7"), ("us_days", "-1"), ("us_date", day(1))],
)
def test_a_scan_tells_4_to_42_weeks_0_to_6_days_and_is_not_to_come(
    phone: Phone, pocket: Pocket, name: str, answer: str
) -> None:
    with pytest.raises(EngineError, match=rf"{name}.*required.*refused"):
        fill(phone, pocket, WANTS, PERIOD, {**scan(10, 12), name: answer})


@pytest.mark.parametrize(
    ("weeks", "days"),
    [(4, 0), (42, 6)],
)
def test_the_least_and_the_most_that_a_scan_may_tell(phone: Phone, pocket: Pocket, weeks: int, days: int) -> None:
    act = fill(phone, pocket, WANTS, scan(1, weeks, days), lmp_known="no").act()

    assert act.properties["ga_anchor"] == day(-1 - weeks * 7 - days)


LAST_DAYS = {62: 5, 63: 7, 111: 7, 112: 10, 153: 10, 154: 14, 195: 14, 196: 21}
CASES = [(age, allowed + more) for age, allowed in LAST_DAYS.items() for more in (0, 1)]


@pytest.mark.parametrize("role", ["village_worker", "clinician"])
@pytest.mark.parametrize("known", ["exact", "approx"])
def test_the_provisional_dating_is_what_the_server_makes_of_it(
    phone: Phone, pocket: Pocket, role: str, known: str
) -> None:
    pocket, on = pocket.as_role(role), date.fromisoformat(day(0))
    for age, off in CASES:
        last, made, told = age + 20, 20, age - off
        answers = {"lmp_known": known, "lmp_calendar": "solar", "lmp_date": day(-last), **scan(made, *divmod(told, 7))}
        seen = Scan(on - timedelta(days=made), told)
        by_server = Told("one", on, None, on - timedelta(days=last), known == "exact", seen, role == "clinician")  # type: ignore[arg-type]

        found = fill(phone, pocket, WANTS, answers).act().properties["ga_anchor"]
        assert found == date_pregnancy([by_server], on)[-1].ga_anchor.isoformat(), (age, off)


def test_a_scan_from_before_the_last_period_replaces_nothing(phone: Phone, pocket: Pocket) -> None:
    assert fill(phone, pocket, WANTS, PERIOD, scan(110, 6)).act().properties["ga_anchor"] == PERIOD["lmp_date"]


def test_the_due_date_is_280_days_on_and_two_tellings_apart_are_pointed_out(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, WANTS, PERIOD, scan(10, 11))

    assert record.values["edd"] == day(-100 + 280 + 13)
    assert record.values["ga_anchor"] == day(-87)
    assert {"edd_show", "dates_apart_note"} <= record.shown
    assert "dates_apart_note" not in fill(phone, pocket, WANTS, PERIOD, scan(10, 12, 5)).shown


def test_a_lunar_date_is_written_as_she_said_it_beside_the_solar_one(phone: Phone, pocket: Pocket) -> None:
    record = fill(phone, pocket, WANTS, PERIOD, lmp_calendar="lunar", lmp_lunar="闰四月初三")

    assert (record.values["lmp_lunar"], record.values["lmp_date"]) == ("闰四月初三", day(-100))
    assert "lunar_note" in record.shown
    assert fill(phone, pocket, WANTS, PERIOD).shown.isdisjoint({"lmp_lunar", "lunar_note"})


def test_risks_that_a_clinician_named_are_on_clinic_phones_only(phone: Phone, pocket: Pocket, clinic: Pocket) -> None:
    assert "risk_heard" not in fill(phone, pocket, WANTS, PERIOD, risk_heard="diabetes").shown
    assert fill(phone, clinic, WANTS, PERIOD, risk_heard="diabetes").values["risk_heard"] == "diabetes"
    assert fill(phone, clinic, WANTS, PERIOD, risk_heard="none diabetes").refused == ["risk_heard"]
    assert fill(phone, clinic, WANTS, PERIOD, risk_heard="prefer_not diabetes").refused == ["risk_heard"]


def test_any_danger_sign_brings_the_advice_at_once(phone: Phone, pocket: Pocket) -> None:
    choices = read_xform(read_library_form(FORM)).schema.by_path["/danger/danger_now"].choices or ()
    signs = [one.name for one in choices]

    assert len(signs) == 11
    for sign in signs:
        record = fill(phone, pocket, WANTS, PERIOD, danger_now=sign)
        assert ("danger_advice" in record.shown) == (sign != "none"), sign
    assert "danger_advice" not in fill(phone, pocket, WANTS, PERIOD).shown
    assert fill(phone, pocket, WANTS, PERIOD, danger_now="none fever").refused == ["danger_now"]


def test_the_advice_is_red_names_120_and_needs_no_network(phone: Phone, pocket: Pocket) -> None:
    form, xml = read_xform(read_library_form(FORM)), read_library_form(FORM).decode()
    phrases = [one.text for one in form.phrases if "danger_advice" in one.where]
    pictures = {media.name for media in form.media if media.type == "image"}

    assert len(phrases) == 2
    assert all("color:#c62828" in text and "[120](tel:120)" in text for text in phrases)
    assert "http:" not in " ".join(phrases) and pictures <= {file.name for file in PICTURES.iterdir()}
    assert 'group appearance="field-list" ref="/data/danger"' in xml  # the advice opens below the answer, on one page


def test_the_clinics_number_comes_from_the_towns_list(phone: Phone, pocket: Pocket) -> None:
    clinics = [
        {"name": "1", "label": "镇卫生院", "phone": "0825-5550120"},
        {"name": "2", "label": "村卫生室", "phone": ""},
        {"name": "3", "label": "县医院", "phone": "0825-5550999"},
    ]
    pocket = pocket.with_rows("clinics", clinics)

    assert fill(phone, pocket, WANTS, PERIOD, clinic="3").values["numbers"] == "120 / 0825-5550999"
    assert fill(phone, pocket, WANTS, PERIOD).values["numbers"] == "120 / 0825-5550120、0825-5550999"
    bare = pocket.with_rows("clinics", [{"name": "none", "label": "名单还没有填"}])
    assert fill(phone, bare, WANTS, PERIOD, danger_now="fever").values["numbers"] == "120"


def test_reminders_are_asked_about_only_while_she_agrees_to_them(phone: Phone, pocket: Pocket) -> None:
    assert fill(phone, pocket, WANTS, PERIOD, contact_ok="phone").values["contact_ok"] == "phone"
    pocket = pocket.with_rows("women", without(pocket.lists["women"], consent_reminder="no"))
    assert "contact_ok" not in fill(phone, pocket, WANTS, PERIOD, contact_ok="phone").shown


def test_a_first_check_is_not_to_come(phone: Phone, pocket: Pocket) -> None:
    assert fill(phone, pocket, WANTS, PERIOD, first_check_date=day(1)).refused == ["first_check_date"]
    assert fill(phone, pocket, WANTS, PERIOD, first_check_date=day(-5)).values["first_check_date"] == day(-5)


def test_a_visit_that_is_due_brings_her_and_its_key_which_a_correction_keeps(phone: Phone, pocket: Pocket) -> None:
    late, soon = due_row(FORM, WANG, closes=-3), due_row(FORM, LI, closes=5)
    answers = {**WANTS, **PERIOD, "due_overdue": late["name"]}
    del answers["woman"]
    record = fill(phone, pocket.with_rows("due_visits", [late, soon]), answers)

    assert (record.values["visit_key"], record.act().properties["woman"]) == (late["visit_key"], WANG)
    again = phone.fill(FORM, pocket, {"folic_now": "yes"}, edit=record)
    assert (again.values["visit_key"], again.values["woman"]) == (late["visit_key"], WANG)
