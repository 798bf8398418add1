"""Women who registered themselves by a phone, and the care team that looks at them: lin for the town, wang for one village."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from server.access.people import create_user
from server.access.roles import CLINICIAN, VILLAGE_WORKER
from server.db import Database
from server.models import Assignment, Village, VillageScope
from server.registry.duplicates import look_at_waiting
from tests.conftest import MORNING, PASSWORD, Clock
from tests.server.registry.caring import VILLAGE, Care, a_uuid, created
from tests.server.web.pages.conftest import Browser

ELSEWHERE = "519901201002"


class Registered(Care):
    """`hire` makes accounts; `add` registers a woman; `compare` is the timetable's look at who waits."""

    def __init__(self, app: Flask, database: Database, project_id: int, clock: Clock) -> None:
        super().__init__(app, database, project_id)
        self.app, self.clock = app, clock
        with database.transaction() as db:
            db.add(Village(project_id=project_id, code=ELSEWHERE, name="二村", created_at=MORNING))
        self.hire("lin", CLINICIAN, None)
        self.hire("wang", VILLAGE_WORKER, VILLAGE)

    def hire(self, name: str, role: int, village: str | None) -> None:
        with self.database.transaction() as db:
            actor_id = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING).actor_id
            own = db.scalar(select(Village.id).where(Village.code == village)) if village else None
            db.add(Assignment(actor_id=actor_id, role_id=role, project_id=self.project_id))
            db.add(VillageScope(actor_id=actor_id, project_id=self.project_id, village_id=own))

    def browse(self, name: str, language: str = "zh_Hans") -> Browser:
        return Browser(self.app, language).sign_in(f"{name}@example.test")

    def add(self, code: str, name: str, village: str = VILLAGE, **answers: Any) -> str:
        woman = a_uuid()
        given = {"action": "register", "visit_date": "2026-02-01", "consent_until": "2027-02-01", "keeps": "1"}
        given |= {f"consent_{one}": "yes" for one in ("service", "reminder", "share_clinic", "location", "stats")}
        given |= {"display_name": name, "village_code": village} | answers
        self.post("woman_consent", given, created("women", woman, f"{code} {name[:1]}*"))
        return woman

    def compare(self) -> int:
        self.clock.forward(minutes=1)
        return look_at_waiting(self.database, 1000, self.clock.now())
