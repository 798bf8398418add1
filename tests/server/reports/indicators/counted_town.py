"""A small town whose births, visits and words are counted by hand in the tests: groups of women who are all alike.

Every woman of A, B and C gave birth on 15 September 2025, forty weeks after the anchor. On 2 March 2026 the
newest window that may be told ends on 31 January 2026, of quarters on 31 December 2025.
"""

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from server.access.month_ends import month_ends
from server.clock import begin_of
from server.jobs import TIMETABLE
from server.models import Household, OfficeAct, Project, SupplyLot, SupplyMovement
from tests.conftest import MORNING
from tests.server.followups.told import F1, F3, F4, F5, a_home, a_woman, tell
from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.women import CareTown

BORN = date(2025, 9, 15)
TERM = timedelta(days=280)
A, B, C = 20, 10, 5
"""How many women: cared for throughout; registered late, three checks, a late visit; early, three checks and no visit."""
LATE = (2, 2, 3, 3, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0, 1, 1, 2, 2)
"""Of eighteen months, how many of each one's births were not cared for in time."""
END, QUARTER = date(2026, 1, 31), date(2025, 12, 31)


class CountedTown(CareTown):
    """`births` brings the three groups, `homes` 40 agreeing households of which 30 were met in time."""

    def births(
        self, village: str = CODES[0], groups: tuple[int, int, int] = (A, B, C), born: date = BORN, **given: object
    ) -> None:
        with self.database.transaction() as db:
            project = db.get_one(Project, self.project_id)
            for group, number in zip("ABC", groups, strict=True):
                for _ in range(number):
                    self.birth(db, project, group, village, born, **given)

    def birth(
        self, db: Session, project: Project, group: str, village: str = CODES[0], born: date = BORN, **given: object
    ) -> str:
        her, pregnancy = str(uuid.uuid4()), str(uuid.uuid4())
        a_woman(db, project, her, village_code=village, **given)

        def told(form: str, at: int, **said: str) -> None:
            """`at`: days after the anchor."""
            tell(db, project, form, (born - TERM + timedelta(at)).isoformat(), subject=her, episode=pregnancy, **said)

        said = {"wants_registration": "yes", "lmp_known": "exact", "lmp_date": (born - TERM).isoformat()}
        told(F3, {"A": 60, "B": 100, "C": 60}[group], **said)
        for at in {"A": (60, 120, 150, 200, 262), "B": (100, 120, 150), "C": (60, 120, 150)}[group]:
            told(F4, at, still_pregnant="ongoing", done_by="midwife")
        left = (born + timedelta(days=3)).isoformat()
        told(F5, 281, report_type="birth", birth_date=born.isoformat(), live_births="1", discharge_date=left)
        for after in {"A": (5, 44), "B": (20,), "C": ()}[group]:
            told(F5, 283 + after, report_type="pnc_visit")
        return her

    def homes(self, met: int = 30, unmet: int = 10) -> None:
        with self.database.transaction() as db:
            project = db.get_one(Project, self.project_id)
            for number in range(met + unmet):
                home: Household = a_home(db, project, str(uuid.uuid4()), village_code=CODES[0])
                tell(db, project, F1, "2025-12-01" if number < met else "2025-05-01", subject=home.uuid)

    def fill_months(self, today: date) -> None:
        """Eighteen months of births, and homes of which most were met."""
        with self.database.transaction() as db:
            project = db.get_one(Project, self.project_id)
            for end, late in zip(month_ends(today, len(LATE)), LATE, strict=True):
                for group, number in (("A", 4), ("B", late), ("C", late // 2)):
                    for _ in range(number):
                        born, until = end - timedelta(days=40), today + timedelta(days=300)
                        self.birth(db, project, group, born=born, consent_until=until)
            for number in range(60):
                home = a_home(db, project, str(uuid.uuid4()), village_code=CODES[0])
                ago = timedelta(days=90 if number < 46 else 300)
                tell(db, project, F1, (today - ago).isoformat(), subject=home.uuid)

    def lot(self, db: Session, received: str, ended: str | None, item: str = "condom_m") -> None:
        """A hundred, from the day they came to the day they were taken out."""
        by, day = self.actor_id(db, "lea"), date.fromisoformat(received)
        days = {"received_on": day, "expires_on": date(2027, 1, 1)}
        lot = SupplyLot(project_id=self.project_id, item=item, number="L1", added_by_id=by, added_at=MORNING, **days)
        db.add(lot)
        db.flush()
        self.move(db, lot.id, "came", 100, begin_of(day))
        if ended:
            self.move(db, lot.id, "taken_out", 100, begin_of(date.fromisoformat(ended)))

    def move(self, db: Session, lot_id: int, kind: str, quantity: int, at: datetime) -> None:
        by = {"by_id": self.actor_id(db, "lea"), "made_at": MORNING}
        db.add(SupplyMovement(lot_id=lot_id, kind=kind, quantity=quantity, at=at, **by))
        db.flush()

    def session_held(self, db: Session, on: str) -> None:
        row = {"rule": "TRN-Q", "rule_version": 1, "period": date(2025, 10, 1), "on_day": date.fromisoformat(on)}
        db.add(OfficeAct(project_id=self.project_id, **row, by_id=self.actor_id(db, "lea"), made_at=MORNING))

    def count(self, now: object = MORNING) -> int:
        """What the timetable does for numbers that are told once: how many windows it kept."""
        jobs = [job for job in TIMETABLE if job.name in ("months", "indicators")]
        return sum(job.step(self.database, self.app.config["CONFIG"], now) for job in jobs)  # type: ignore[arg-type]
