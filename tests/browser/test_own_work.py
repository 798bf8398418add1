"""A worker's own records as she sees them, with something in it, and the question about one of them."""

from datetime import timedelta

from server import clock
from server.models import AppUser, QualityFlag, QualityMeasure, Submission
from tests.browser.looking import look_at_pages


def test_what_a_worker_sees_of_her_own_work_fits_and_is_quiet(town, open_tab):
    now = clock.now()
    with town.database.transaction() as db:
        vera = town.actor_id(db, "vera")
        db.get_one(AppUser, town.phone_id).person_id = vera
        for number in range(12):
            at = now - timedelta(days=number, hours=1)
            row = Submission(project_id=town.project_id, form_id=town.form_id, instance_id=f"own:{number}")
            row.created_at, row.submitter_id = at + timedelta(days=number % 3), vera
            db.add(row)
            db.flush()
            told = {"submission_id": row.id, "project_id": town.project_id, "form_id": town.form_id}
            times = {"began_at": at, "ended_at": at + timedelta(minutes=9), "day": clock.today(at)}
            db.add(QualityMeasure(**told, **times, worker_id=vera, readings=0, round_readings=0))
            if number < 2:
                kind = ("too_fast", "accuracy")[number]
                db.add(
                    QualityFlag(
                        submission_id=row.id, project_id=town.project_id, kind=kind, told_json="{}", found_at=at
                    )
                )
    look_at_pages(open_tab("vera"), {"own-work": "/me/work"})
