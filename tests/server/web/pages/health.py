"""Health records and a woman at a known door, as intake and the derivers leave them."""

import uuid

from sqlalchemy import update

from server.models import CareEvent, Submission, SubmissionGeometry, SubmissionVersion
from tests.server.web.pages.women import TODAY, a_home, a_woman

DOOR = [105.0031, 30.0042]


def health_record(town, village=1, woman=None, **answers):
    """A record as one of a health form, perhaps told of a woman."""
    record = town.record(village, **answers)
    with town.database.transaction() as db:
        values = {"health": True, "place_how": "household", "village_id": town.village_ids[village - 1]}
        db.execute(update(Submission).where(Submission.id == record).values(**values))
        db.query(SubmissionGeometry).filter_by(submission_id=record).delete()
        if woman:
            tell(db, town.project_id, record, "women", woman)
    return record


def tell(db, project_id, record, subject_list, subject, data="{}", on=TODAY):
    version = db.query(SubmissionVersion).filter_by(submission_id=record, is_current=True).one()
    db.add(
        CareEvent(
            submission_id=record,
            submission_version_id=version.id,
            project_id=project_id,
            event=f"uuid:{uuid.uuid4()}",
            form_id="household_visit" if subject_list == "households" else "antenatal_check",
            subject_list=subject_list,
            subject=subject,
            visit_date=on,
            received_at=version.created_at,
            data_json=data,
        )
    )
    db.flush()


def a_woman_at_a_door(town, **more):
    """She lives where a visit took the point DOOR; her uuid."""
    visit = town.record(gps=f"{DOOR[1]} {DOOR[0]} 0 6")
    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        woman = a_woman(db, town.project_id, home=home, **more)
        tell(db, town.project_id, visit, "households", home.uuid, '{"location_ok": "yes"}')
        return woman.uuid
