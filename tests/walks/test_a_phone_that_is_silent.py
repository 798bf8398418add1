"""A visit is made offline before its last day and sent after it: while the phone is silent its worker, then the town's lead,
hear of the phone and no clinician of a late visit; when it synchronises the visit was made on time and all is taken back.
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select, update

from server.access.roles import CLINICIAN, TOWN_LEAD
from server.config import Config
from server.db import Database
from server.models import AppUser, Assignment, FollowUp, Notification
from tests.walks.test_phone_to_reminder import (
    PASSWORD,
    SECOND_CLOSES,
    WEEKS,
    WEST,
    Walk,
    made,  # noqa: F401 - the fixture that walk begins with
    register_pregnancy,
    register_woman,
    shanghai_today,
    walk,  # noqa: F401 - the fixture comes with the import
)

SILENT_FOR = timedelta(days=10)  # the window of the second visit opened seven days ago


def open_database(walk: Walk) -> Database:  # noqa: F811
    config = replace(Config(walk.server.data_dir), **walk.server.database_url)
    return Database(config.sqlalchemy_url, config.key_file)


def hire(walk: Walk, name: str, role: str) -> int:  # noqa: F811
    """Somebody of the whole town; her actor id."""
    call, here = walk.office.call, f"/projects/{walk.project}"
    person: int = call("POST", "/users", json={"email": f"{name}@town.test", "password": PASSWORD})["id"]
    call("POST", f"{here}/assignments/{role}/{person}")
    call("PUT", f"{here}/actors/{person}/villages", json={"villages": None})
    return person


def told(walk: Walk) -> set[tuple[int, str, str]]:  # noqa: F811
    """What inboxes say of the second visit, and of silent phones: who, what, in which state."""
    with open_database(walk) as database, database.reading() as db:
        rows = db.execute(
            select(Notification, FollowUp.rule)
            .outerjoin(FollowUp, FollowUp.id == Notification.follow_up_id)
            .where(Notification.channel == "inbox", Notification.kind.not_in(("due", "pack_ready")))
        )
        return {
            (row.recipient_id, row.occasion.rpartition(":")[2], row.state)
            for row, rule in rows
            if rule in (None, "ANC2")
        }


def test_a_visit_made_offline_and_sent_late_calls_nobody_late(walk: Walk) -> None:  # noqa: F811
    phone, worker = walk.phones[WEST], walk.workers[WEST]
    hire(walk, "doctor", "clinician")
    lead = hire(walk, "lead", "town_lead")
    phone.sync()
    consent, woman = register_woman(phone)
    registration, pregnancy = register_pregnancy(phone, woman)
    for record in (consent, registration):
        phone.submit(record)
    assert [row["form_id"] for row in walk.due_on(WEST)] == ["antenatal_check"]
    with open_database(walk) as database, database.transaction() as db:  # it fetched all that long ago
        db.execute(update(AppUser).values(last_used_at=datetime.now(UTC) - SILENT_FOR))
        assert {CLINICIAN, TOWN_LEAD} <= set(db.scalars(select(Assignment.role_id)))

    check = phone.fill(
        "antenatal_check",
        {
            "pregnancy": pregnancy, "visit_date": shanghai_today().isoformat(), "privacy_now": "alone",
            "still_pregnant": "ongoing", "place": "clinic", "done_by": "midwife",
        },
        blank=1.0,
    )  # fmt: skip

    late = shanghai_today() - timedelta(weeks=WEEKS) + timedelta(days=SECOND_CLOSES + 1)
    walk.run_jobs(late, time(9, 0))
    walk.run_jobs(late, time(9, 1))
    asked = {(worker, "overdue", "sent"), (worker, "sync_worker", "sent")}
    assert told(walk) == asked | {(lead, "sync_lead", "waiting")}
    walk.run_jobs(late + timedelta(days=5), time(9, 0))
    assert told(walk) == asked | {(lead, "sync_lead", "sent")}
    assert not [mail for mail in walk.sink.mails if "doctor" in mail["To"]]

    phone.submit(check)
    (second,) = [one for one in walk.follow_ups(shanghai_today()) if one["rule"] == "ANC2"]
    assert second["state"] == "done_on_time"
    walk.run_jobs(late + timedelta(days=5), time(9, 5))
    taken_back = {(worker, "overdue"), (worker, "sync_worker"), (lead, "sync_lead")}
    assert told(walk) == {(*one, "taken_back") for one in taken_back}
    assert walk.report.failed() == [], walk.report.fails
