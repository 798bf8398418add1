"""What users of other engines complain of in their threads and no module's own test shows here: tasks that are wrong, doubled or
everybody's. The table of all threads: test_threads.py.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.clock import today as day_of
from server.db import Database
from server.followups.daily import recalculate_due
from server.followups.queries import due_for_villages
from server.followups.recalculate import recalculate
from server.models import Entity, EntityVersion, FollowUp, Project, SubmissionVersion
from tests.care_town import LISTS, CareTown
from tests.conftest import Clock
from tests.making import a_town
from tests.server.followups import told
from tests.server.followups.samples import at_noon, day
from tests.server.followups.told import checked, correct, injected, pass_days, registered, reported, states, work_out

Told = Callable[..., object]


@pytest.fixture
def woman(db: Session) -> Project:
    """A town with the woman w1 in it."""
    town = a_town(db)
    told.a_woman(db, town)
    return town


def listed(db: Session, town: Project, today: str) -> list[str]:
    """The rules of what the phone of her village lists that day."""
    return [one.row.rule for one in due_for_villages(db, town.id, {told.VILLAGE}, day(today))]


def test_opensrp_fhircore_1703_what_is_past_its_latest_day_ends_by_itself_and_waits_on_no_list(
    db: Session, woman: Project
) -> None:
    registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    checked(db, woman, "2027-06-04", still_pregnant="gave_birth", done_by="worker", event="told")
    work_out(db, woman, "2027-06-04")
    pass_days(db, "2027-06-18")
    assert states(db)["BIRTH"] == "overdue amber" and "BIRTH" in listed(db, woman, "2027-06-18")
    pass_days(db, "2027-06-19")
    assert states(db)["BIRTH"] == "expired" and "BIRTH" not in listed(db, woman, "2027-06-19")
    enter_birth(db, woman, received="2027-06-25")
    work_out(db, woman, "2027-06-25")
    assert states(db)["BIRTH"] == "done_on_time", "a record that arrives later still counts"


def test_opensrp_fhircore_1799_2132_what_is_long_overdue_stays_on_the_phone_and_its_record_completes_it(
    db: Session, woman: Project
) -> None:
    injected(db, woman, "2026-10-20")
    work_out(db, woman, "2026-10-20")
    for today in ("2027-02-05", "2027-05-20"):
        pass_days(db, today)
        assert states(db)["INJ-DMPA"].startswith("overdue") and listed(db, woman, today) == ["INJ-DMPA"]
    injected(db, woman, "2027-05-21")
    work_out(db, woman, "2027-05-21")
    assert told.states_of(db, "INJ-DMPA") == ["done_late", "scheduled"]


def test_avniproject_avni_client_1480_an_edited_record_moves_what_is_open_leaves_what_is_done_and_adds_nothing(
    db: Session, woman: Project
) -> None:
    registration = registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    checked(db, woman, "2027-01-05", event="second")
    work_out(db, woman, "2027-01-06")
    before = told.rows_by_rule(db)
    was = {rule: (row.visit_key, row.state, row.due_on) for rule, row in before.items()}
    correct(db, registration, lmp_date="2026-08-25")
    work_out(db, woman, "2027-01-07")
    rows = told.rows_by_rule(db)
    assert {rule: row.visit_key for rule, row in rows.items()} == {rule: one[0] for rule, one in was.items()}
    assert (rows["ANC2"].state, rows["ANC2"].answered_by) == ("done_on_time", "second")
    waiting = [rule for rule, one in was.items() if one[1] == "scheduled"]
    assert len(waiting) == 5 and all((was[one][2] - rows[one].due_on).days == 7 for one in waiting)


def enter_registration(db: Session, town: Project, **given: str) -> None:
    registered(db, town, "2026-10-20", "2026-09-01", first_check_date="2026-10-18", **given)


def enter_birth(db: Session, town: Project, **given: str) -> None:
    known = {"report_type": "birth", "birth_date": "2027-06-04", "live_births": "1", "discharged": "yes"}
    reported(db, town, "2027-06-05", discharge_date="2027-06-05", **known, **given)


def enter_visit_after_birth(db: Session, town: Project, **given: str) -> None:
    reported(db, town, "2027-06-09", **given)


def enter_injection(db: Session, town: Project, **given: str) -> None:
    injected(db, town, "2027-07-20", **given)


@pytest.mark.parametrize("enter", [enter_registration, enter_birth, enter_visit_after_birth, enter_injection])
def test_avniproject_avni_client_1253_what_was_lost_and_is_entered_again_asks_for_nothing_twice(
    db: Session, woman: Project, enter: Told
) -> None:
    enter_registration(db, woman, event="registration")
    checked(db, woman, "2027-01-06", event="second")
    enter_birth(db, woman, event="birth")
    enter_visit_after_birth(db, woman, event="after birth")
    enter_injection(db, woman, event="injection")
    injected(db, woman, "2027-10-19", event="next injection")
    work_out(db, woman, "2027-10-20")
    before = asked_for(db)
    assert {"ANC2", "PN1", "INJ-DMPA"} <= {rule for rule, _, state, _ in before if state == "done_on_time"}
    enter(db, woman, received="2027-11-01", event="entered again")
    work_out(db, woman, "2027-10-20")
    assert asked_for(db) == before


def test_avniproject_avni_client_1253_a_sign_that_is_entered_twice_sends_nobody_again_to_who_was_seen(
    db: Session, woman: Project
) -> None:
    """Each record's referral is asked about: which of two is the double is a person's to say, and then its own is gone."""
    enter_registration(db, woman, event="registration")
    sign = {"danger": "bleeding", "done_by": "worker"}
    checked(db, woman, "2027-01-05", event="sign", **sign)
    checked(db, woman, "2027-01-06", event="seen")
    work_out(db, woman, "2027-01-10")
    before = asked_for(db)
    double = checked(db, woman, "2027-01-05", event="entered again", **sign)
    work_out(db, woman, "2027-01-10")
    assert told.states_of(db, "ANC-D") == ["done_on_time"] * 2 and told.states_of(db, "REF-U") == ["overdue"] * 2
    db.delete(double)
    db.flush()
    work_out(db, woman, "2027-01-10")
    assert [one for one in asked_for(db) if one[2] != "superseded"] == before


def asked_for(db: Session) -> list[tuple[str, str, str, date]]:
    rows = db.scalars(select(FollowUp).order_by(FollowUp.id))
    return [(row.rule, row.visit_key, row.state, row.due_on) for row in rows]


def test_dimagi_commcare_hq_6326_a_record_that_changes_nothing_of_her_visits_writes_none_of_them(
    db: Session, woman: Project, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    registration = registered(db, woman, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    work_out(db, woman, "2026-10-20")
    correct(db, registration, thanks="yes")
    told.tell(db, woman, told.F1, "2026-10-20", visit_result="met", consent_household="yes")
    with count_queries() as asked:
        recalculate(db, woman, "women", "w1", day("2026-10-20"), at_noon("2026-10-20") + timedelta(hours=3))
        db.flush()
    assert asked, "the connection is listened to"
    written = [one for one in asked if one.split()[0] in ("INSERT", "UPDATE", "DELETE") and "follow_up" in one]
    assert written == []


@pytest.fixture
def town(app: Flask, database: Database) -> CareTown:
    return CareTown(app, database)


def counts_of_what_phones_sent(database: Database) -> list[int]:
    with database.reading() as db:
        models = (SubmissionVersion, EntityVersion, Entity)
        counts = [db.scalar(select(func.count()).select_from(one)) or 0 for one in models]
        return [*counts, *db.scalars(select(Entity.version).order_by(Entity.id))]


def test_dhis2_android_capture_app_4376_a_visit_that_gets_overdue_makes_nothing_that_waits_to_be_sent_or_fetched(
    town: CareTown, clock: Clock
) -> None:
    """There a flag that said overdue was written into the record, and each phone had something to send."""
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        told.a_woman(db, project, village_code="A1")
        registered(db, project, "2026-01-26", "2025-12-01")
        recalculate(db, project, "women", "w1", day("2026-01-26"), at_noon("2026-01-26"))
    phone, seen = town.phone("A1"), []
    sent = counts_of_what_phones_sent(town.database)
    for number in range(30):
        clock.set(datetime(2026, 2, 20, 17, 0, tzinfo=UTC) + timedelta(days=number))
        before = town.hashes(phone)
        with town.database.transaction() as db:
            while recalculate_due(db, day_of(clock.now()), clock.now()):
                pass
        assert town.hashes(phone) == before, "what the step writes that night is nothing that a phone is given"
        seen.append(before)
    assert counts_of_what_phones_sent(town.database) == sent
    with town.database.reading() as db:
        [row] = db.scalars(select(FollowUp).where(FollowUp.rule == "ANC1"))
        assert (row.state, row.overdue_from) == ("overdue", day("2026-03-02"))
    assert len({frozenset(one.items()) for one in seen}) == 1, "a phone reads off its days that it is overdue"
    assert [row["closes_on"] for row in town.rows(phone, "due_visits")] == ["2026-03-01"]


def test_getodk_central_1852_952_1866_no_list_of_a_phone_has_a_row_of_another_village_or_changes_with_one(
    town: CareTown,
) -> None:
    def fill(village: str, code: str) -> list[str]:
        hers = town.woman(village, f"W-{code} 王*")
        abouts = [town.about(name, hers, village) for name in LISTS if name not in ("women", "households")]
        home = f"00000000-0000-4000-8000-00000000{code}"
        with town.database.transaction() as db:
            town.entity(db, "households", home, f"{code} 河湾", {"village_code": village})
        return [hers, home, town.follow_up(hers, village), *abouts]

    own, phone = fill("A1", "0231"), town.phone("A1")
    before = town.hashes(phone)
    assert set(before) >= {f"{name}.csv" for name in ("due_visits", *LISTS)}
    others = [key for number in range(20) for key in fill("A2", f"{1000 + number}")]
    texts = [phone.get(f"{town.path}/attachments/{name}").text for name in before]
    assert [key for key in own if not any(key in text for text in texts)] == []
    assert [key for key in others if any(key in text for text in texts)] == []
    after = town.hashes(phone)
    assert [name for name in before if before[name] != after[name]] == []
