"""Women, homes, events and follow-ups in the tables, as the derivers leave them: each maker has defaults and a day."""

import uuid
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy.orm import Session

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.followups.due import key_of
from server.models import CareEvent, FollowUp, Household, Project, SubmissionVersion, User, Woman
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import CODES, Town

TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)


class CareTown(Town):
    """Also wang, a village worker of village 1, doctor lin, clinician of the whole town, and nia, worker of no village."""

    def make(self, db: Any) -> int:
        project_id = super().make(db)
        project = db.get_one(Project, project_id)
        ada = self.actor_id(db, "ada")
        for name, role, villages in (
            ("wang", "village_worker", CODES[:1]),
            ("lin", "clinician", None),
            ("nia", "village_worker", ()),
        ):
            user = create_user(db, f"{name}@example.test", PASSWORD, name, ada, MORNING)
            by = Caller(actor_id=ada, type="user")
            assign(db, by, roles.BY_SYSTEM[role], user.actor_id, MORNING, project, None)
            set_villages(db, by, project, user.actor_id, villages, MORNING)
        return project_id

    def actor_id(self, db: Any, name: str) -> int:
        return int(db.query(User.actor_id).filter_by(email=f"{name}@example.test").scalar())


def a_home(db: Session, project_id: int, village: int = 1, hamlet: str = "二社", door: str = "014") -> Household:
    home = Household(
        project_id=project_id,
        uuid=str(uuid.uuid4()),
        label=f"{door} {hamlet}",
        village_code=CODES[village - 1],
        hamlet=hamlet,
        door_code=door,
        consents=True,
    )
    db.add(home)
    db.flush()
    return home


def a_woman(
    db: Session,
    project_id: int,
    label: str = "W-0231 王*",
    village: int = 1,
    home: Household | None = None,
    **more: Any,
) -> Woman:
    given = {"consent_service": True, "consent_reminder": True, "consent_share_clinic": True, "consent_stats": False}
    woman = Woman(
        project_id=project_id,
        uuid=str(uuid.uuid4()),
        label=label,
        village_code=CODES[village - 1],
        household_uuid=home.uuid if home else None,
        **{**given, "consent_location": home is not None, "consent_until": date(2027, 1, 31), **more},
    )
    db.add(woman)
    db.flush()
    return woman


def a_follow_up(
    db: Session, subject: Woman | Household, today: date = TODAY, rule: str = "ANC2", **more: Any
) -> FollowUp:
    """By default of a window that is open today; `left` days until its last day, negative for so many over it."""
    closes = today + timedelta(days=more.pop("left", 10))
    opens = more.pop("opens_on", closes - timedelta(days=34))
    due = more.pop("due_on", closes - timedelta(days=20))
    anchor = closes - timedelta(days=146)
    is_woman = isinstance(subject, Woman)
    event = f"uuid:{uuid.uuid4()}"
    row = FollowUp(
        **{
            "project_id": subject.project_id,
            "key": key_of(rule, subject.uuid, None, event),
            "visit_key": str(uuid.uuid4()),
            "rule": rule,
            "rule_version": 1,
            "rule_hash": "0" * 64,
            "subject_list": "women" if is_woman else "households",
            "subject": subject.uuid,
            "anchor_event": event,
            "occurrence": 1,
            "village_code": subject.village_code,
            "form_id": "antenatal_check" if is_woman else "household_visit",
            "opens_on": opens,
            "due_on": due,
            "closes_on": closes,
            "overdue_from": closes + DAY,
            "proposed_on": due,
            "state": "open",
            "ended": False,
            "severity": "info",
            "stands_on": today,
            "why_json": steps(anchor, opens, due, closes),
            "made_at": MORNING,
            "changed_at": MORNING,
            **more,
        }
    )
    db.add(row)
    db.flush()
    return row


def steps(anchor: date, opens: date, due: date, closes: date) -> str:
    """The sums of a rule that counts from the day from which weeks are counted."""
    edd = anchor + timedelta(days=280)
    found = [("ga_anchor", "edd.ultrasound", edd, -280, anchor)]
    found += [
        (what, "ga_anchor", anchor, (day - anchor).days, day)
        for what, day in (("opens_on", opens), ("due_on", due), ("closes_on", closes))
    ]
    found.append(("overdue_from", "closes_on", closes, 1, closes + DAY))
    names = ("what", "fact", "on", "days", "gives")
    return orjson.dumps([{**dict(zip(names, one, strict=True)), "counts": True} for one in found]).decode()


def an_event(
    db: Session, woman: Woman, submission_id: int, form_id: str = "antenatal_check", on: date = TODAY - 20 * DAY
) -> CareEvent:
    version = db.query(SubmissionVersion).filter_by(submission_id=submission_id, is_current=True).one()
    event = CareEvent(
        submission_id=submission_id,
        submission_version_id=version.id,
        project_id=woman.project_id,
        event=f"uuid:{uuid.uuid4()}",
        form_id=form_id,
        subject_list="women",
        subject=woman.uuid,
        visit_date=on,
        received_at=MORNING,
        data_json='{"danger": "bleeding"}',
    )
    db.add(event)
    db.flush()
    return event
