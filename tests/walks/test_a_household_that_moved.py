"""A household moves to the next village, by the real engine: its visits and its place in the lists follow, who was responsible
before has it no more, and what was done before stays as it was. Who serves a woman of it she says herself, and her visits follow.
"""

from datetime import date, timedelta

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.config import Config
from server.db import Database
from server.models import Dataset, Entity, EntityVersion, FollowUp, Form, Submission, SubmissionVersion, Village
from tests.conftest import Clock
from tests.forms.library.filling import Phone, day
from tests.walks.carried_phone import VILLAGE, Carried, Town
from tests.walks.test_a_pregnancy_and_what_comes_after import AGREES, ALONE

FORM = "household_visit"
NEXT = "519901201002"
START = date(2026, 3, 9)
MET = {"visit_result": "met", "consent_household": "yes"}


@pytest.fixture
def town(app: Flask, database: Database, config: Config, clock: Clock, project_id: int, engine: Phone) -> Town:
    town = Town(app, database, config, clock, engine, project_id)
    town.add_village(NEXT, "河口村")
    town.go_to(START)
    return town


def homes(phone: Carried) -> dict[str, str]:
    """Village by household on a phone."""
    return {row["name"]: row["village_code"] for row in phone.sync(FORM).lists["households"]}


def visits(town: Town) -> list[tuple[str, str]]:
    """Form and village of each follow-up that waits."""
    with town.database.reading() as db:
        rows = db.scalars(select(FollowUp).where(~FollowUp.ended, FollowUp.rule != "CONS").order_by(FollowUp.id))
        return sorted({(row.form_id, row.village_code) for row in rows})


def villages_of_records(town: Town, form_id: str) -> list[str]:
    """The village of each record of a form as the office lists it, in the order of arrival."""
    with town.database.reading() as db:
        rows = db.scalars(
            select(Village.code)
            .join(Submission, Submission.village_id == Village.id)
            .join(Form, Form.id == Submission.form_id)
            .where(Form.xml_form_id == form_id)
            .order_by(Submission.id)
        )
        return list(rows)


def versions_of(town: Town, name: str) -> list[str]:
    """The village in each version of the one entity of a list, oldest first."""
    with town.database.reading() as db:
        rows = db.scalars(
            select(EntityVersion.data_json)
            .join(Entity, Entity.id == EntityVersion.entity_id)
            .join(Dataset, Dataset.id == Entity.dataset_id)
            .where(Dataset.name == name)
            .order_by(EntityVersion.version)
        )
        return [orjson.loads(one)["village_code"] for one in rows]


def test_its_visits_and_lists_follow_and_what_was_before_stays(town: Town) -> None:
    here, there, clinic = (
        town.give_phone(),
        town.give_phone("village_worker", NEXT),
        town.give_phone("clinician", VILLAGE, NEXT),
    )
    here.tell(FORM, door_code="A-0231", hamlet="三社", **MET)
    (home,) = homes(here)
    agrees = {**AGREES, "consent_location": "yes", "household": home}
    here.tell("woman_consent", **agrees)
    (woman,) = here.sync(FORM).lists.get("women", []) or here.sync("pregnancy_registration").lists["women"]
    known = {"lmp_known": "exact", "lmp_calendar": "solar", "lmp_date": day(-119), "us_done": "no"}
    registered = {"first_check_date": day(-50), "contact_ok": "visit"}
    here.tell("pregnancy_registration", woman=woman["name"], wants_registration="yes", **ALONE, **known, **registered)
    assert visits(town) == [("antenatal_check", VILLAGE), (FORM, VILLAGE)]
    assert homes(there) == {} and there.everything_due() == []

    # they moved: at the visit the village is another
    town.go_to(START + timedelta(days=20))
    here.tell(FORM, household=home, village_code=NEXT, door_code="B-0007", hamlet="一社", **MET)
    assert homes(here) == {} and homes(there) == {home: NEXT}
    assert (FORM, NEXT) in visits(town) and (FORM, VILLAGE) not in visits(town)
    assert villages_of_records(town, FORM) == [VILLAGE, NEXT], "where the first visit was made it was made"
    assert versions_of(town, "households") == [VILLAGE, NEXT]
    town.go_to(START + timedelta(days=20 + 160))
    assert here.due(FORM) == []
    (due,) = there.due(FORM)
    assert (due["subject"], due["village_code"]) == (home, NEXT)

    # she agreed that her home's place is used: her records stand where it is. Who serves her is hers to say
    assert villages_of_records(town, "pregnancy_registration") == [NEXT]
    assert there.sync("antenatal_check").lists["women"] == []
    assert {one["village_code"] for one in here.due("antenatal_check")} == {VILLAGE}
    change = {name: value for name, value in agrees.items() if name not in ("action", "code", "village_code")}
    clinic.tell("woman_consent", action="change", woman=woman["name"], **change, village_code=NEXT)
    assert here.sync("antenatal_check").lists["women"] == here.everything_due() == []
    (row,) = there.sync("antenatal_check").lists["pregnancies"]
    assert row["woman"] == woman["name"]
    assert {one["village_code"] for one in there.due("antenatal_check")} == {NEXT}
    assert visits(town) == [("antenatal_check", NEXT), (FORM, NEXT)]
    with town.database.reading() as db:
        assert len(list(db.scalars(select(SubmissionVersion.id)))) == 5, "no record was written again"
