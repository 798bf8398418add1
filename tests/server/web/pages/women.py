"""Women, homes, events and follow-ups in the tables, as the derivers leave them: each maker has defaults and a day."""

import re
import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.followups.due import key_of
from server.models import AppUser, CareEvent, FollowUp, Household, Pregnancy, Project, SubmissionVersion, User, Woman
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import CODES, Town

HOMES = (("二社", "014"), ("五社", "003"), ("二社", "009"))
WOMEN = (
    ("W-0231 王*", 1, 0),
    ("W-0388 李*", 1, 0),
    ("W-0107 欧阳*", 1, 1),
    ("W-0412 陈*", 1, 2),
    ("W-0290 刘*", 1, None),
    ("W-0555 周*", 2, None),
)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
HEALTH = re.compile(
    r"孕|产检|避孕|环|打针|药|方法|预产|分娩|危险|转诊|pregnan|antenatal|contracept|inject|ANC[-\d]|IUD|DMPA", re.I
)
"""What no list may say, and no page of a village worker outside what is covered."""


def main_of(answer: TestResponse) -> str:
    """The page's own part with its marks and addresses, without the frame around it."""
    return answer.get_data(as_text=True).split("<main")[1].split("</main>")[0]


class CareTown(Town):
    """Also wang, a village worker of village 1, doctor lin, clinician of the whole town, and nia, worker of no village."""

    def make(self, db: Any) -> int:
        project_id = super().make(db)
        project = db.get_one(Project, project_id)
        self.hire(db, project, "wang", "village_worker")
        self.hire(db, project, "lin", "clinician", None)
        self.hire(db, project, "nia", "village_worker", ())
        return project_id

    def hire(
        self, db: Session, project: Project, name: str, role: str, villages: Sequence[str] | None = CODES[:1]
    ) -> None:
        """By ada: an account with a role, in some villages or in the whole town."""
        ada = self.actor_id(db, "ada")
        user = create_user(db, f"{name}@example.test", PASSWORD, name, ada, MORNING)
        by = Caller(actor_id=ada, type="user")
        assign(db, by, roles.BY_SYSTEM[role], user.actor_id, MORNING, project, None)
        set_villages(db, by, project, user.actor_id, villages, MORNING)

    def fill(self, today: date) -> dict[str, str]:
        """A morning with something of everything; the ids of one follow-up and of its woman, for addresses."""
        with self.database.transaction() as db:
            homes = [a_home(db, self.project_id, hamlet=one, door=door) for one, door in HOMES]
            women = [
                a_woman(db, self.project_id, label, village, homes[home] if home is not None else None)
                for label, village, home in WOMEN
            ]
            for number, (left, severity) in enumerate(
                ((-4, "red"), (4, "amber"), (-9, "critical"), (2, "amber"), (0, "info"))
            ):
                a_follow_up(db, women[number], today, left=left, severity=severity)
            a_follow_up(db, homes[2], today, "HH-V", left=60, opens_on=today, due_on=today + 30 * DAY)
            a_follow_up(db, women[5], today, left=-1)
            self.care_course(db, women[0], today)
            wanted = db.query(FollowUp).filter_by(subject=women[0].uuid, state="open").first()
            assert wanted is not None
            return {"visit": wanted.visit_key, "woman": women[0].uuid}

    def care_course(self, db: Session, woman: Woman, today: date) -> None:
        done = {"state": "done_on_time", "ended": True, "answered_on": today - 60 * DAY}
        a_follow_up(db, woman, today, "ANC1", left=-55, **done)
        a_follow_up(db, woman, today, "ANC3", left=40, opens_on=today + 10 * DAY, due_on=today + 20 * DAY)
        anchor = today - 150 * DAY
        db.add(
            Pregnancy(
                project_id=self.project_id,
                uuid=str(uuid.uuid4()),
                woman_uuid=woman.uuid,
                registered_on=today - 70 * DAY,
                ga_anchor=anchor,
                dated_by="ultrasound",
                status="ongoing",
            )
        )

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
    given = {"consent_service": True, "consent_reminder": True, "consent_share_clinic": True, "consent_stats": True}
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


def phone_last_spoke(town: Town, when: str | None) -> None:
    """The town's one phone, of all its villages, which nobody with an account carries. `when` is Shanghai's time."""
    with town.database.transaction() as db:
        moment = datetime.fromisoformat(f"{when}+08:00") if when else None
        db.get_one(AppUser, town.phone_id).last_used_at = moment
