"""Homes with visits to them, as rows: what lists, ways and plans are made of."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from server.models import FollowUp, Household, Project
from tests.conftest import MORNING

TODAY = date(2026, 3, 2)


def add_home(db: Session, project: Project, door: str | None, *due: int, hamlet: str = "三社") -> None:
    """A home with a visit due in so many days each; negative ones are overdue."""
    uuid = f"home-{hamlet}-{door}"
    home = {"label": f"{door} {hamlet}", "village_code": "A1", "hamlet": hamlet, "door_code": door, "consents": True}
    db.add(Household(project_id=project.id, uuid=uuid, **home))
    for number, days in enumerate(due):
        on = TODAY + timedelta(days=days)
        key = f"{uuid}-{number}"
        rule = {"rule": "HH", "rule_version": 1, "rule_hash": "h", "form_id": "household_visit", "why_json": "[]"}
        rule |= {"anchor_event": "e", "occurrence": number, "state": "due", "ended": False, "severity": "info"}
        days_of = dict.fromkeys(("due_on", "closes_on", "proposed_on"), on)
        days_of |= {"opens_on": TODAY - timedelta(days=40), "overdue_from": on + timedelta(days=1), "stands_on": TODAY}
        about = {"subject_list": "households", "subject": uuid, "village_code": "A1", "key": key, "visit_key": key}
        db.add(FollowUp(project_id=project.id, made_at=MORNING, changed_at=MORNING, **rule, **days_of, **about))
    db.flush()
