"""A care town with two villages and its people: who is told of what."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from server.access.people import create_administrator, create_user
from server.access.roles import CLINICIAN, TOWN_LEAD, VILLAGE_WORKER
from server.models import Actor, AppUser, Assignment, FollowUp, Project, User, Village, VillageScope

SHIQIAO, LIUWAN = "510121001001", "510121001002"
PASSWORD = "three green hills"
MORNING = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
TODAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Staff:
    """Actor ids: a worker of each village, the clinician and the lead of the town."""

    project: Project
    chen: int  # worker of Shiqiao
    luo: int  # worker of Liuwan
    doctor: int
    lead: int


def a_staff(db: Session, kind: str = "care") -> Staff:
    project = Project(name="禾川镇", kind=kind, created_at=MORNING)
    db.add(project)
    db.flush()
    villages = {
        code: Village(project_id=project.id, code=code, name=name, created_at=MORNING)
        for code, name in ((SHIQIAO, "石桥村"), (LIUWAN, "柳湾村"))
    }
    db.add_all(villages.values())
    db.flush()
    create_administrator(db, "admin@town.test", PASSWORD, MORNING, "管理员")
    chen = a_person(db, project, "chen", VILLAGE_WORKER, villages[SHIQIAO].id)
    luo = a_person(db, project, "luo", VILLAGE_WORKER, villages[LIUWAN].id)
    doctor = a_person(db, project, "doctor", CLINICIAN, None)
    lead = a_person(db, project, "lead", TOWN_LEAD, None)
    return Staff(project, chen, luo, doctor, lead)


def a_person(db: Session, project: Project, name: str, role: int | None, village: int | None) -> int:
    user = create_user(db, f"{name}@town.test", PASSWORD, name, by=None, now=MORNING)
    if role is not None:
        db.add(Assignment(actor_id=user.actor_id, role_id=role, project_id=project.id))
        db.add(VillageScope(actor_id=user.actor_id, project_id=project.id, village_id=village))
    db.flush()
    return user.actor_id


def a_carried_phone(db: Session, project: Project, person: int, village: int, care_role: str = "village_worker") -> int:
    actor = Actor(type="field_key", display_name="手机", created_at=MORNING)
    db.add(actor)
    db.flush()
    db.add(AppUser(actor_id=actor.id, project_id=project.id, person_id=person, care_role=care_role))
    db.add(VillageScope(actor_id=actor.id, project_id=project.id, village_id=village))
    db.flush()
    return actor.id


def disable(db: Session, actor_id: int) -> None:
    user = db.get(User, actor_id)
    assert user is not None
    user.disabled_at = MORNING
    db.flush()


def a_follow_up(db: Session, staff: Staff, **given: Any) -> FollowUp:
    """One of Shiqiao that is due today: its window opened a week ago and closes in a week."""
    name = uuid4().hex
    values: dict[str, Any] = {
        "project_id": staff.project.id,
        "key": name,
        "visit_key": str(uuid4()),
        "rule": "ANC2",
        "rule_version": 1,
        "rule_hash": "0" * 64,
        "subject_list": "women",
        "subject": name,
        "anchor_event": f"uuid:{name}",
        "occurrence": 1,
        "village_code": SHIQIAO,
        "form_id": "antenatal_check",
        "opens_on": TODAY - timedelta(days=7),
        "due_on": TODAY,
        "closes_on": TODAY + timedelta(days=7),
        "overdue_from": TODAY + timedelta(days=8),
        "proposed_on": TODAY,
        "state": "due",
        "ended": False,
        "severity": "info",
        "stands_on": TODAY,
        "why_json": "[]",
        "made_at": MORNING,
        "changed_at": MORNING,
    }
    row = FollowUp(**{**values, **given})
    db.add(row)
    db.flush()
    return row


def red_from(day: date) -> str:
    return json.dumps([{"what": "severity.red", "gives": day.isoformat()}])
