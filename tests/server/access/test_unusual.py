"""What is worth a question: each kind from its threshold on, by person and hour, at Shanghai's hours."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.people import create_user
from server.access.roles import VILLAGE_WORKER
from server.access.unusual import Finding, find_unusual, least
from server.models import Assignment, Audit, Project, Reading
from tests.conftest import MORNING, PASSWORD

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NIGHT = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
SHORTLY = timedelta(seconds=1)
NUMBERS = count(1000)


@pytest.fixture
def wang(db: Session) -> int:
    """A worker of the first project."""
    db.add(project := Project(id=1, name="禾川镇", kind="care", created_at=MORNING))
    db.flush()
    user = create_user(db, "wang@example.test", PASSWORD, "wang", None, MORNING)
    db.add(Assignment(actor_id=user.actor_id, role_id=VILLAGE_WORKER, project_id=project.id))
    db.flush()
    return user.actor_id


def look(db: Session, actor_id: int, number: int = 1, at: datetime = MORNING, project_id: int = 1, **more: str) -> None:
    """So many looks; each at somebody else, or at another phone's key, unless `about` says at whom."""
    for nth in range(number):
        phone = int(more.get("phone", next(NUMBERS)))
        row = Audit(actor_id=actor_id, action="x", project_id=project_id, actee_actor_id=phone, logged_at=at)
        db.add(row)
        db.flush()
        about = more.get("about", str(row.id)).rjust(32).encode()
        action, way = more.get("action", "person.read"), more.get("way", "own")
        values = {"project_id": project_id, "actor_id": actor_id, "action": action, "about": about, "way": way}
        db.add(Reading(audit_id=row.id, read_at=at + nth * timedelta(milliseconds=1), **values))
    db.flush()


def found(db: Session, start: datetime = MORNING - DAY, end: datetime = MORNING + DAY) -> list[Finding]:
    return find_unusual(db, 1, start, end)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("reads_in_an_hour", {}),
        ("reads_at_night", {"at": NIGHT}),
        ("reads_of_others", {"way": "handed"}),
        ("reads_opened", {"way": "opened"}),
        ("same_again", {"about": "she"}),
        ("exports", {"action": "form.submission.export"}),
        ("keys_shown", {"action": "field_key.read"}),
    ],
)
def test_a_kind_is_listed_from_its_number_on_and_not_before(
    db: Session, wang: int, kind: str, more: dict[str, str]
) -> None:
    look(db, wang, least(kind) - 1, **more)  # type: ignore[arg-type]
    assert found(db) == []
    look(db, wang, 1, **more)  # type: ignore[arg-type]
    (one,) = found(db)
    assert (one.kind, one.actor_id, one.number) == (kind, wang, least(kind))


def test_a_key_that_is_shown_again_on_the_same_day_is_one_key(db: Session, wang: int) -> None:
    for phone in range(least("keys_shown") - 1):
        look(db, wang, 3, action="field_key.read", phone=str(phone))
        look(db, wang, 2, at=MORNING + HOUR, action="field_key.read", phone=str(phone))
    assert found(db) == []
    look(db, wang, 2, at=MORNING + HOUR, action="field_key.read", phone="77")
    assert [(one.kind, one.number) for one in found(db)] == [("keys_shown", least("keys_shown"))]


def test_lists_and_maps_are_no_single_records(db: Session, wang: int) -> None:
    look(db, wang, 200, action="submission.list")
    look(db, wang, 200, at=NIGHT, action="map.read")
    assert found(db) == []


def test_what_lies_in_two_hours_or_of_two_people_is_not_added_up(db: Session, wang: int) -> None:
    other = create_user(db, "li@example.test", PASSWORD, "li", None, MORNING).actor_id
    look(db, wang, 40)
    look(db, wang, 40, at=MORNING + HOUR)
    look(db, other, 40)
    assert found(db) == []


def test_a_night_is_one_from_ten_in_the_evening_until_six_and_belongs_to_its_evening(db: Session, wang: int) -> None:
    evening = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
    morning = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)  # 06:00 the next day
    for at, number in ((evening - SHORTLY, 9), (evening, 2), (morning - SHORTLY, 3), (morning, 9)):
        look(db, wang, number, at)
    (one,) = found(db)
    assert (one.kind, one.number, one.begins, one.ends) == ("reads_at_night", 5, evening, morning)


def test_other_projects_and_other_days_are_not_looked_at(db: Session, wang: int) -> None:
    look(db, wang, 70, project_id=2)
    look(db, wang, 70, at=MORNING - DAY - SHORTLY)
    look(db, wang, 70, at=MORNING + DAY)
    assert found(db) == []


def test_emergencies_and_covered_fields_are_told_from_the_acts(db: Session, wang: int) -> None:
    record(db, "break_glass.open", actor_id=wang, now=MORNING, project_id=1)
    for _ in range(least("unmasked")):
        record(db, "field.reveal", actor_id=wang, now=MORNING, project_id=1)
    record(db, "break_glass.open", actor_id=wang, now=MORNING, project_id=2)
    assert {(one.kind, one.number) for one in found(db)} == {("opened", 1), ("unmasked", least("unmasked"))}


def test_whose_password_was_guessed_at_is_told_where_he_works(db: Session, wang: int) -> None:
    stranger = create_user(db, "li@example.test", PASSWORD, "li", None, MORNING).actor_id
    for actor_id in (wang, stranger):
        record(db, "user.session.refused", actor_id=None, actee_actor_id=actor_id, now=MORNING)
    (one,) = found(db)
    assert (one.kind, one.actor_id) == ("refused", wang)


def test_the_newest_come_first(db: Session, wang: int) -> None:
    look(db, wang, 60)
    look(db, wang, 60, at=MORNING + 2 * HOUR)
    assert [one.begins for one in found(db)] == [MORNING + 2 * HOUR, MORNING]


def test_a_busy_week_takes_as_many_questions_as_a_quiet_one(
    db: Session, wang: int, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    for number in (1, 500):
        look(db, wang, number)
        with count_queries() as asked:
            found(db)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 5, counts
