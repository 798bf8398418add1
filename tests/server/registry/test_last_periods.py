"""A last period told in the lunar calendar, from her record to her page: both days are kept."""

import orjson
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import CareEvent, Project
from server.registry.last_periods import LastPeriod, find_last_periods, read_last_period
from server.registry.telling import KEPT, PREGNANCY
from tests.making import a_town
from tests.server.followups.samples import day
from tests.server.followups.told import a_woman, registered

TOLD = {"lmp_known": "exact", "lmp_calendar": "lunar", "lmp_lunar": " 闰六月初三 ", "lmp_date": "2025-07-27"}


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({}, True),
        ({"lmp_known": "approx"}, True),
        ({"lmp_known": "no"}, False),
        ({"lmp_calendar": "solar"}, False),
        ({"lmp_date": ""}, False),
        ({"lmp_date": "2025-02-30"}, False),
    ],
)
def test_it_is_read_where_she_told_it_so(answers: dict[str, str], found: bool) -> None:
    period = read_last_period({**TOLD, **answers})
    assert period == (LastPeriod(day("2025-07-27"), "闰六月初三") if found else None)


def test_what_was_said_is_kept_with_her_event() -> None:
    assert {"lmp_calendar", "lmp_lunar", "lmp_date"} <= set(KEPT[PREGNANCY].split())


def test_the_last_registration_of_a_pregnancy_tells_it(db: Session) -> None:
    town: Project = a_town(db)
    a_woman(db, town)
    assert find_last_periods(db, town.id, []) == {}
    registered(db, town, "2025-09-01", "2025-07-27")
    event = db.scalars(select(CareEvent).where(CareEvent.form_id == PREGNANCY)).one()
    assert event.episode and find_last_periods(db, town.id, [event.episode]) == {}
    event.data_json = orjson.dumps({**orjson.loads(event.data_json), **TOLD}).decode()
    db.flush()
    assert find_last_periods(db, town.id, [event.episode])[event.episode].problem == ""
    assert find_last_periods(db, town.id + 1, [event.episode]) == {}
