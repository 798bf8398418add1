"""Records that come in days after they were filled in are asked about once, and not where the phone was known to be silent."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from server.access.people import create_user
from server.db import Database
from server.followups.notices import INBOX
from server.followups.plain_notices import SYNC_LEAD, SYNC_WORKER
from server.models import Notification
from tests.conftest import MORNING, PASSWORD, Clock
from tests.server.intake.quality_town import MONDAY, QualityTown

DAY = timedelta(days=1)
LEAST = 10


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock) -> QualityTown:
    clock.set(MORNING)
    return QualityTown(app, database, project_id)


def sent(town: QualityTown, clock: Clock, waits: list[int], first: datetime = MONDAY) -> list[int]:
    """A record a day, each received so many days after its own; their numbers."""
    records = []
    for at, wait in enumerate(waits):
        began = first + at * DAY
        clock.set((began + wait * DAY + timedelta(hours=1)).astimezone(UTC))
        records.append(town.send(began))
    town.judge()
    return records


def late(town: QualityTown, records: list[int]) -> dict[int, dict[str, int]]:
    found = {one: town.asked(one).get("late") for one in records}
    return {one: told for one, told in found.items() if told is not None}


def test_where_half_of_them_came_after_three_days_it_is_asked_on_one_that_did(town: QualityTown, clock: Clock) -> None:
    records = sent(town, clock, [0, 3, 0, 3, 0, 3, 3, 3, 3, 5])
    assert late(town, records) == {records[-1]: {"days": 3, "records": LEAST}}


@pytest.mark.parametrize("waits", [[3] * 9, [2] * 12, [0, 3] * 4 + [0, 0, 9], [3] * 9 + [0]])
def test_with_few_with_less_and_after_one_journey_nothing_is_asked(
    town: QualityTown, clock: Clock, waits: list[int]
) -> None:
    assert late(town, sent(town, clock, waits)) == {}


def test_it_is_asked_once_in_so_many_records_whatever_the_order_of_judging(town: QualityTown, clock: Clock) -> None:
    records = sent(town, clock, [4] * 25)
    assert list(late(town, records)) == [records[LEAST - 1]]


def test_another_phone_s_records_and_those_without_times_count_for_nothing(town: QualityTown, clock: Clock) -> None:
    sent(town, clock, [4] * 9)
    _, other = town.a_phone("二号")
    theirs, without = town.send(MONDAY - 30 * DAY, phone=other), town.send(None)
    town.judge()
    assert late(town, [theirs, without]) == {}


@pytest.mark.parametrize("kind", [SYNC_WORKER, SYNC_LEAD])
def test_what_waited_while_the_phone_was_known_to_be_silent_is_not_asked_about_again(
    town: QualityTown, database: Database, clock: Clock, kind: str
) -> None:
    told(town, database, town.phone_id, kind, MONDAY - DAY, MONDAY + 40 * DAY)
    assert late(town, sent(town, clock, [4] * 12)) == {}
    # after that silence it is another matter
    assert len(late(town, sent(town, clock, [4] * 12, MONDAY + 41 * DAY))) == 1


def test_a_silence_that_lasts_and_one_of_another_phone(town: QualityTown, database: Database, clock: Clock) -> None:
    other, phone = town.a_phone("二号")
    told(town, database, other, SYNC_WORKER, MONDAY - DAY, None)
    assert len(late(town, sent(town, clock, [4] * 10))) == 1
    for at in range(12):
        clock.set((MONDAY + (at + 60) * DAY).astimezone(UTC))
        theirs = town.send(MONDAY + (at + 50) * DAY, phone=phone)
        town.judge()
        assert "late" not in town.asked(theirs)


def told(
    town: QualityTown, database: Database, phone_id: int, kind: str, since: datetime, until: datetime | None
) -> None:
    """Somebody was told of a silence of that phone."""
    with database.transaction() as db:
        who = create_user(db, f"{kind}{phone_id}@example.test", PASSWORD, kind, None, MORNING).actor_id
        occasion = f"sync:{phone_id}:{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}:{kind}"
        row = Notification(project_id=town.project_id, recipient_id=who, occasion=occasion, channel=INBOX, kind=kind)
        row.state, row.not_before, row.created_at, row.sent_at = "sent", MORNING, MORNING, MORNING
        row.taken_back_at = until.astimezone(UTC) if until else None
        db.add(row)
