"""Registry rows folded from all events of a subject: any order of arrival, nothing twice. Days written out."""

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import orjson
import pytest
from flask import Flask

from server.db import Database
from server.models import CareEvent, ContraceptionEpisode, Household, Pregnancy, Woman
from server.registry.consent import stand
from server.registry.people import household_row, method_rows, pregnancy_rows, read_scan, woman_row
from server.registry.telling import Event
from tests.client import Client
from tests.server.registry.caring import Care, a_clinician, a_uuid, created, updated

RECEIVED = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)


def event(form_id: str, day: str, episode: str | None = "e", **data: str) -> Event:
    return Event(f"{form_id} {day} {data}", form_id, date.fromisoformat(day), RECEIVED, episode, data)


def registered(day: str = "2026-02-10", **data: str) -> Event:
    return event("pregnancy_registration", day, **{"wants_registration": "yes", **data})


def checked(day: str, **data: str) -> Event:
    return event("antenatal_check", day, **data)


def method(day: str, **data: str) -> Event:
    return event("contraception_followup", day, **{"choice_hers": "yes", **data})


@pytest.mark.parametrize(
    ("told", "anchor", "dated_by"),
    [
        ([registered(lmp_known="exact", lmp_date="2025-12-01")], date(2025, 12, 1), "lmp"),
        ([registered(lmp_known="no")], None, None),
        ([registered(us_done="yes", us_date="2026-02-09", us_weeks="10", us_days="0")], date(2025, 12, 1), "ultrasound"),
        (
            [
                registered(lmp_known="exact", lmp_date="2025-12-01"),
                checked("2026-02-20", us_new="yes", us_date="2026-02-20", us_weeks="13", us_days="0"),
            ],
            date(2025, 11, 21),
            "ultrasound",
        ),
        (
            [
                registered(lmp_known="exact", lmp_date="2025-12-01"),
                checked("2026-02-20", us_new="yes", us_date="2026-02-20", us_weeks="11", us_days="0"),
            ],
            date(2025, 12, 1),
            "lmp",
        ),
    ],
)  # fmt: skip
def test_a_pregnancy_counts_from_the_dating_in_force(
    told: list[Event], anchor: date | None, dated_by: str | None
) -> None:
    for order in permutations(told):
        row = pregnancy_rows(order)["e"]
        assert (row["ga_anchor"], row["dated_by"]) == (anchor, dated_by)


@pytest.mark.parametrize(("role", "anchor"), [("clinician", date(2025, 11, 10)), ("village_worker", date(2025, 10, 1))])
def test_from_28_weeks_on_a_scan_replaces_the_period_where_a_clinic_registers_her(role: str, anchor: date) -> None:
    """28+0 by the scan, 40 days away from the last period: F3 shows the weeks by it on a clinic's phone only."""
    scan = {"us_done": "yes", "us_date": "2026-05-25", "us_weeks": "28", "us_days": "0"}
    told = registered("2026-05-25", lmp_known="exact", lmp_date="2025-10-01", my_role=role, **scan)

    (row,) = pregnancy_rows([told]).values()

    assert row["ga_anchor"] == anchor


def test_what_has_ended_stays_ended_and_by_the_first_day_told() -> None:
    told = [
        registered(),
        checked("2026-03-01", still_pregnant="ongoing"),
        checked("2026-04-01", still_pregnant="ended"),
        checked("2026-05-01", still_pregnant="ongoing"),
    ]
    for order in permutations(told):
        row = pregnancy_rows(order)["e"]
        assert (row["status"], row["ended_on"]) == ("ended", date(2026, 4, 1))


@pytest.mark.parametrize(
    ("answers", "row"),
    [
        ({"report_type": "birth", "birth_date": "2026-04-20"}, ("gave_birth", date(2026, 4, 20))),
        ({"report_type": "pnc_visit"}, ("gave_birth", date(2026, 5, 1))),
        ({"report_type": "loss", "loss_date": "2026-04-20"}, ("ended", date(2026, 4, 20))),
        ({"report_type": "pnc_visit", "birth_date": "2026-04-20", "baby_state": "died"}, ("ended", date(2026, 5, 1))),
        ({}, ("ongoing", None)),
    ],
)
def test_a_birth_or_a_loss_ends_a_pregnancy_on_the_day_that_was_told(
    answers: dict[str, str], row: tuple[str, date | None]
) -> None:
    found = pregnancy_rows([registered(), event("delivery_postnatal", "2026-05-01", **answers)])["e"]
    assert (found["status"], found["ended_on"]) == row


def test_who_does_not_wish_to_register_has_no_pregnancy() -> None:
    assert pregnancy_rows([registered(wants_registration="no"), checked("2026-03-01")]) == {}


@pytest.mark.parametrize(
    ("data", "days"),
    [
        ({"us_done": "yes", "us_date": "2026-02-01", "us_weeks": "4", "us_days": "6"}, 34),
        ({"us_new": "yes", "us_date": "2026-02-01", "us_weeks": "42"}, 294),
        ({"us_done": "no", "us_date": "2026-02-01", "us_weeks": "10"}, None),
        ({"us_done": "yes", "us_date": "2026-02-01", "us_weeks": "3"}, None),
        ({"us_done": "yes", "us_date": "2026-02-01", "us_weeks": "43"}, None),
        ({"us_done": "yes", "us_date": "2026-02-01", "us_weeks": "10", "us_days": "7"}, None),
        ({"us_done": "yes", "us_date": "2026-02-01", "us_weeks": "١٠"}, None),
        ({"us_done": "yes", "us_date": "2026-02-01", "us_weeks": "4" * 5000}, None),
        ({"us_done": "yes", "us_date": "x", "us_weeks": "10"}, None),
    ],
)
def test_a_scan_is_read_within_its_bounds(data: dict[str, str], days: int | None) -> None:
    scan = read_scan(data)
    assert (scan.days if scan else None) == days


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([method("2026-02-10", reason="start", method="dmpa", start_date="2026-02-10")], ("dmpa", False, None)),
        ([method("2026-02-10", method="coc", reminder_wish="none")], ("coc", False, None)),
        ([method("2026-02-10", method="coc", reminder_wish="phone")], ("coc", True, None)),
        ([method("2026-02-10", method="coc"), method("2026-03-10", wish="stop")], ("coc", False, date(2026, 3, 10))),
        (
            [method("2026-02-10", method="coc"), method("2026-03-10", reason="stop"), method("2026-04-10", reason="start")],
            ("coc", False, None),
        ),
    ],
)  # fmt: skip
def test_a_method_is_as_she_last_said(told: list[Event], expected: tuple[str, bool, date | None]) -> None:
    for order in permutations(told):
        row = method_rows(order)["e"]
        assert (row["method"], row["wants_follow_up"], row["ended_on"]) == expected


def test_a_method_that_was_not_her_own_choice_is_none_of_hers() -> None:
    assert method_rows([method("2026-02-10", choice_hers="no", method="iud_cu")]) == {}
    assert method_rows([method("2026-02-10", choice_hers="unsure", method="iud_cu")]) == {}


def test_the_last_injection_is_the_latest_that_was_told() -> None:
    told = [method("2026-02-10", last_injection="2026-02-10"), method("2026-05-01", last_injection="2026-01-01")]
    assert method_rows(told)["e"]["last_injection_on"] == date(2026, 2, 10)


def test_a_household_is_as_its_last_visit_says() -> None:
    met = event(
        "household_visit", "2026-02-10", consent_household="yes", visit_result="met", hamlet="二社", door_code="A-1"
    )
    declined = event("household_visit", "2026-03-10", visit_result="declined", decline_recheck="2026-09-01")
    row = household_row([met, declined], None)
    assert (row["consents"], row["hamlet"], row["last_visit_on"]) == (True, "二社", date(2026, 3, 10))
    assert row["no_contact_before"] == date(2026, 9, 1)


def test_her_household_is_hers_to_name_and_to_take_back() -> None:
    yes = {"consent_service": "yes", "consent_location": "yes", "consent_until": "2027-02-01"}
    told = [event("woman_consent", "2026-02-01", None, action="register", household="h1", **yes)]
    assert woman_row(told, stand(told), None)["household_uuid"] == "h1"
    told += [event("woman_consent", "2026-03-01", None, action="change", **yes | {"consent_location": "no"})]
    assert woman_row(told, stand(told), None)["household_uuid"] is None


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def test_records_in_any_order_make_the_same_rows(care: Care) -> None:
    found: list[Any] = []
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)):
        woman, pregnancy = a_uuid(), a_uuid()
        sends = [
            lambda woman=woman: care.register(woman),
            lambda woman=woman, pregnancy=pregnancy: care.pregnancy(woman, pregnancy),
            lambda pregnancy=pregnancy: care.check(
                pregnancy, us_new="yes", us_date="2026-02-20", us_weeks="13", us_days="0"
            ),
        ]
        for number in order:
            sends[number]()
        (row,) = [one for one in care.rows(Pregnancy) if one.uuid == pregnancy]
        assert row.woman_uuid == woman
        found.append((row.registered_on, row.ga_anchor, row.dated_by, row.status))
    assert found == [(date(2026, 2, 10), date(2025, 11, 21), "ultrasound", "ongoing")] * 4


def test_a_correction_replaces_what_the_record_told_before(care: Care) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    first = care.check(pregnancy, still_pregnant="ended")
    assert [one.status for one in care.rows(Pregnancy)] == ["ended"]
    answers = {"pregnancy": pregnancy, "visit_date": "2026-02-20", "still_pregnant": "ongoing"}
    care.post("antenatal_check", answers, deprecated_id=first)
    assert [one.status for one in care.rows(Pregnancy)] == ["ongoing"]
    assert [one.event for one in care.rows(CareEvent) if one.form_id == "antenatal_check"] == [first]


def test_a_pregnancy_that_was_registered_on_the_wrong_woman_moves(care: Care) -> None:
    wrong, right, pregnancy = a_uuid(), a_uuid(), a_uuid()
    care.register(wrong)
    care.register(right)
    first = care.pregnancy(wrong, pregnancy)
    answers = {"woman": right, "visit_date": "2026-02-10", "wants_registration": "yes"}
    act = created("pregnancies", pregnancy, "W-0007 #1")
    second = care.post("pregnancy_registration", answers, act, deprecated_id=first)
    assert [(one.uuid, one.woman_uuid) for one in care.rows(Pregnancy)] == [(pregnancy, right)]
    entity = care.entity(pregnancy)
    assert entity is not None
    assert (orjson.loads(entity.data_json)["woman"], entity.label, entity.version) == (right, "W-0007 #1", 2)
    care.post("pregnancy_registration", answers | {"visit_date": "2026-02-11"}, act, deprecated_id=second)
    assert (entity := care.entity(pregnancy)) is not None
    assert entity.version == 2


def test_a_record_that_is_deleted_or_rejected_tells_nothing_until_it_is_brought_back(
    care: Care, as_bob: Client, database: Database, cast: dict[str, int]
) -> None:
    a_clinician(care, cast["bob"])
    woman = a_uuid()
    care.register(woman)
    sent = care.pregnancy(woman, a_uuid())
    base = f"/projects/{care.project_id}/forms/pregnancy_registration/submissions/{sent}"

    def pregnancies() -> int:
        return len(care.rows(Pregnancy))

    assert as_bob.patch(base, json={"reviewState": "rejected"}).status_code == 200
    assert pregnancies() == 0
    as_bob.patch(base, json={"reviewState": "approved"})
    assert pregnancies() == 1
    as_bob.delete(base)
    assert pregnancies() == 0
    as_bob.post(base + "/restore")
    assert pregnancies() == 1


def test_a_household_visit_is_an_event_of_its_household(care: Care) -> None:
    home = a_uuid()
    answers = {"visit_date": "2026-02-20", "visit_result": "met", "consent_household": "yes", "village_code": "5199"}
    care.post("household_visit", answers, created("households", home, "A-1 二社"))
    care.post(
        "household_visit", {**answers, "visit_date": "2026-02-25", "household": home}, updated("households", home)
    )
    (row,) = care.rows(Household)
    assert (row.uuid, row.label, row.village_code, row.last_visit_on) == (home, "A-1 二社", "5199", date(2026, 2, 25))
    assert len(care.rows(CareEvent)) == 2
    assert care.rows(Woman) == care.rows(ContraceptionEpisode) == []


def test_the_place_of_a_home_leaves_the_list_when_its_people_say_no_and_no_late_record_brings_it_back(
    care: Care,
) -> None:
    home = a_uuid()
    answers = {"visit_date": "2026-02-20", "visit_result": "met", "consent_household": "yes", "location_ok": "yes"}
    place = {"geometry": "30.1 105.1 0 5"}
    care.post("household_visit", answers | place, created("households", home))
    assert "30.1" in care.entity(home).data_json
    no = {"visit_date": "2026-02-25", "location_ok": "no", "household": home}
    care.post("household_visit", answers | no, updated("households", home))
    assert orjson.loads(care.entity(home).data_json)["geometry"] == ""
    late = {"visit_date": "2026-02-22", "household": home}
    care.post("household_visit", answers | place | late, updated("households", home))
    assert orjson.loads(care.entity(home).data_json)["geometry"] == ""
    anew = {"visit_date": "2026-03-01", "household": home}
    care.post("household_visit", answers | place | anew, updated("households", home, 2))
    assert orjson.loads(care.entity(home).data_json)["geometry"] == place["geometry"]
