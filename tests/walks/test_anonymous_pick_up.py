"""An anonymous pick-up, by the real engine: whoever comes for pills without a name is nowhere in what is kept of any woman.

Also where the visit of a woman who is known had been chosen on the phone first, and she then wants no name.
"""

import csv
import io
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.config import Config
from server.db import Database
from server.models import (
    Base,
    CareEvent,
    Consent,
    ContraceptionEpisode,
    Entity,
    EntityVersion,
    FollowUp,
    NamedWoman,
    Pregnancy,
    Seal,
    Submission,
    Village,
    Woman,
)
from tests.phones.collectsim.csim.phone import Phone
from tests.walks.test_phone_to_reminder import (
    EAST,
    WEST,
    Walk,
    made,  # noqa: F401 - the fixture that walk begins with
    register_woman,
    shanghai_today,
    walk,  # noqa: F401 - the fixture
)

FORM = "supplies"
OF_WOMEN: tuple[type[Base], ...] = (
    *(Woman, Pregnancy, ContraceptionEpisode, CareEvent, NamedWoman, Consent, FollowUp),
    *(Entity, EntityVersion, Seal),
)
POINTS = f"name,label,village_code\neast,东村卫生室,{EAST}\nwest,西村卫生室,{WEST}\n"


def give_points(walk: Walk) -> None:  # noqa: F811
    """The town's own list of supply points, put beside the form at the office."""
    form = f"/projects/{walk.project}/forms/{FORM}"
    walk.office.call("POST", f"{form}/draft")
    walk.office.call("POST", f"{form}/draft/attachments/supply_points.csv", data=POINTS.encode())
    walk.office.call("POST", f"{form}/draft/publish?version=town-1")


def rows_about_women(walk: Walk) -> list[str]:  # noqa: F811
    with closing_database(walk) as database, database.reading() as db:
        return [str(tuple(row)) for model in OF_WOMEN for row in db.execute(select(*model.__table__.columns))]


def closing_database(walk: Walk) -> "closing[Open]":  # noqa: F811
    config = replace(Config(walk.server.data_dir), **walk.server.database_url)
    return closing(Open(config.sqlalchemy_url, config.key_file))


class Open(Database):
    def close(self) -> None:
        self.dispose()


def place_of(walk: Walk, instance_id: str) -> tuple[bool, bool, str | None, str]:  # noqa: F811
    """Whether it is a health record, whether it is sealed, its village and how that was told."""
    with closing_database(walk) as database, database.reading() as db:
        one = db.scalars(select(Submission).where(Submission.instance_id == instance_id)).one()
        village = db.get(Village, one.village_id) if one.village_id else None
        return one.health, one.sealed, village.code if village else None, one.place_how or ""


def due_here(walk: Walk) -> list[dict[str, str]]:  # noqa: F811
    walk.due_on(WEST)
    file = Path(walk.phones[WEST].form(FORM)["media"], "due_visits.csv")
    rows = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    return [row for row in rows if row["form_id"] == FORM]


def hand_out(phone: Phone, woman: str, **answers: object) -> dict[str, Any]:
    given = {
        "pickup_mode": "named",
        "person": woman,
        "visit_date": shanghai_today().isoformat(),
        "privacy_now": "alone",
    }
    return phone.fill(FORM, given | answers, blank=1.0)


def test_who_comes_without_a_name_is_in_nothing_that_is_kept_of_any_woman(walk: Walk) -> None:  # noqa: F811
    phone, today = walk.phones[WEST], shanghai_today().isoformat()
    earlier = (shanghai_today() - timedelta(days=10)).isoformat()
    give_points(walk)
    phone.sync()
    consent, woman = register_woman(phone)
    for record in (consent, hand_out(phone, woman, visit_date=earlier, item="folic_acid", qty=20)):
        phone.submit(record)
    (due,) = due_here(walk)
    assert (due["subject_list"], due["subject"]) == ("women", woman), "her tablets last ten days more"
    before = rows_about_women(walk)

    # her visit was chosen, then she wants no name
    answers = {
        "due_open": due["visit_key"], "pickup_mode": "anonymous", "visit_date": today, "item": "folic_acid", "qty": 31,
        "point": "east", "stock_before": 310,
    }  # fmt: skip
    record = phone.fill(FORM, answers, blank=1.0)
    filled = Path(record["file"]).read_text(encoding="utf-8")
    assert "<point_village>" in filled and "<stock_after>279</stock_after>" in filled
    assert [one for one in (woman, due["visit_key"], WEST, "W-0231", "王") if one in filled] == []
    (reply,) = phone.submit(record)
    assert reply.status == 201

    assert rows_about_women(walk) == before, "no row of hers changed, and what was due is still asked for"
    assert place_of(walk, record["id"]) == (False, False, EAST, "village")
    (still,) = due_here(walk)
    assert still["visit_key"] == due["visit_key"]

    # with her name the same things answer it
    again = hand_out(phone, woman, due_open=due["visit_key"], item="folic_acid", qty=62)
    phone.submit(again)
    assert due_here(walk) == []
    assert place_of(walk, again["id"]) == (True, False, WEST, "village")
    assert walk.report.failed() == [], walk.report.fails
