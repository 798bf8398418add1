"""A town with something of every indicator, counted by hand in the tests: for each, so many done and so many not.

Everything happened in the last quarter of 2025, or closed in January 2026, on the days that docs/indicators.md counts by.
"""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy.orm import Session

from server.clock import begin_of
from server.models import WORKERS, Dataset, Entity, Feedback, FormVersion, Project, RightsRequest, Woman
from server.registry.feedback_figures import RIGHT
from server.registry.referrals import referral_uuid
from tests.conftest import MORNING
from tests.making import a_dataset, new_id
from tests.server.followups.told import F3, F4, F6, F8, tell
from tests.server.reports.indicators.counted_town import CountedTown
from tests.server.web.pages.women import a_follow_up, a_woman

F7, F13 = "supplies", "referral_outcome"
AUTUMN, NOVEMBER, DECEMBER, JANUARY = date(2025, 10, 1), date(2025, 11, 3), date(2025, 12, 10), date(2026, 1, 10)
DAY = timedelta(days=1)
KNOWS, KNOWS_LITTLE = RIGHT, RIGHT | {"know_1": "x", "know_2": "x"}


class WholeTown(CountedTown):
    """`fill` writes `done` and `missed` of everything; each woman is in one number alone."""

    def fill_all(self, done: int, missed: int) -> None:
        with self.database.transaction() as db:
            for is_done, number in ((True, done), (False, missed)):
                for _ in range(number):
                    self.of_women(db, is_done)
                    self.of_records(db, is_done)
                    self.of_the_office(db, is_done)
            self.add_staff(db, done, missed)

    def women(self, db: Session) -> Iterator[Woman]:
        while True:
            yield a_woman(db, self.project_id)

    def of_women(self, db: Session, done: bool) -> None:
        """I6, I6b, I8 and I10: follow-ups as the engine leaves them."""
        women = self.women(db)
        self.follow_up(db, next(women), "FA-OFFER", DECEMBER, DECEMBER if done else None)
        # An injection on its fourteenth day is no gap, and one on the day after its last, the twenty-eighth, is.
        came = NOVEMBER + (14 if done else 29) * DAY
        self.follow_up(db, next(women), "INJ-DMPA", NOVEMBER + 28 * DAY, came, due_on=NOVEMBER)
        # Lost is who has not been met since; the other one was, in January.
        lost = next(women)
        self.follow_up(db, lost, "ANC2", AUTUMN, open_still=True)
        if not done:
            self.told(db, lost, F6, JANUARY, reason="check")

    def follow_up(
        self,
        db: Session,
        subject: Woman,
        rule: str,
        closes: date,
        answered: date | None = None,
        open_still: bool = False,
        **more: Any,
    ) -> None:
        state, left = (
            ("done_on_time" if answered <= closes else "done_late", answered) if answered else ("expired", closes)
        )
        if open_still:
            state, left = "overdue", MORNING.date()
        given = {"answered_on": answered, "ended": not open_still, "state": state, "stands_on": left}
        a_follow_up(db, subject, closes, rule, left=0, **given | more)

    def told(self, db: Session, her: Woman, form: str, on: date, **said: str) -> str:
        """The record's id."""
        project = db.get_one(Project, self.project_id)
        return tell(db, project, form, on.isoformat(), subject=her.uuid, **said).event

    def of_records(self, db: Session, done: bool) -> None:
        """I6c, I8b, I13 and I14: what was told of her."""
        women = self.women(db)
        self.removal(db, next(women), done)
        self.folic_acid(db, next(women), done)
        self.referral(db, next(women), done)
        self.transfer(db, next(women), done)

    def removal(self, db: Session, her: Woman, done: bool) -> None:
        """Asked for, and taken out on the seventh day or the eighth."""
        method = str(uuid.uuid4())
        start = {"method": "iud_cu", "start_date": NOVEMBER.isoformat(), "reason": "start"}
        self.told(db, her, F6, NOVEMBER, episode=method, **start)
        self.told(db, her, F6, NOVEMBER + DAY, episode=method, reason="check", wish="remove_device")
        self.told(db, her, F6, NOVEMBER + (8 if done else 9) * DAY, episode=method, reason="stop")

    def folic_acid(self, db: Session, her: Woman, done: bool) -> None:
        """Given at registration, asked after at a check; 13 weeks are over in December."""
        anchor, pregnancy = date(2025, 9, 8), str(uuid.uuid4())
        said = {"wants_registration": "yes", "lmp_known": "exact", "lmp_date": anchor.isoformat()}
        self.told(db, her, F3, AUTUMN, episode=pregnancy, **said)
        self.told(db, her, F7, AUTUMN, item="folic_acid", qty="84")
        taken = {"supplements": "folic_acid" if done else "none"}
        self.told(db, her, F4, NOVEMBER, episode=pregnancy, still_pregnant="ongoing", done_by="midwife", **taken)

    def referral(self, db: Session, her: Woman, done: bool) -> None:
        """An urgent one, with an outcome on the third day or the fourth."""
        sign = {"method": "iud_cu", "reason": "check", "danger_fp": "abdominal_pain"}
        event = self.told(db, her, F6, NOVEMBER, episode=str(uuid.uuid4()), **sign)
        went = {"episode": referral_uuid(event), "arrived": "yes", "treated": "yes"}
        self.told(db, her, F13, NOVEMBER + (3 if done else 4) * DAY, **went)

    def transfer(self, db: Session, her: Woman, done: bool) -> None:
        """Agreed to on a Monday: seven working days are over on the Wednesday of the week after."""
        transfer = str(uuid.uuid4())
        row = {"uuid": transfer, "about": her.uuid, "label": her.label, "data_json": '{"status": "received"}'}
        listed = a_dataset(db, self.project_id, "transfers", ["woman", "village_code", "direction", "status"])
        db.add(Entity(dataset_id=listed.id, created_at=MORNING, **row))
        asked = {"step": "request", "direction": "out", "she_asks": "yes", "consent_transfer": "yes"}
        self.told(db, her, F8, NOVEMBER, episode=transfer, **asked)
        on = NOVEMBER + (9 if done else 10) * DAY
        self.told(db, her, F8, on, episode=transfer, step="receipt", receiver_ack="received")

    def of_the_office(self, db: Session, done: bool) -> None:
        """I15b, I16, I18, I18b, I19 and I20."""
        of_case = {"subject_list": "benefit_cases", "form_id": "benefit_case"}
        self.follow_up(db, a_woman(db, self.project_id), "BEN-STEP", DECEMBER, DECEMBER if done else None, **of_case)
        self.wish_about_data(db, begin_of(NOVEMBER), done)
        said = {"sat_overall": "4" if done else "3", "told_others": "no" if done else "yes", "know_ok": "yes"}
        said |= KNOWS if done else KNOWS_LITTLE
        self.voice(db, said, DECEMBER if done else DECEMBER + DAY)

    def wish_about_data(self, db: Session, at: datetime, done: bool) -> None:
        due = at + timedelta(hours=72)
        whose = {"kind": "export", "subject": None, "subject_hash": uuid.uuid4().bytes}
        closed = due if done else due + timedelta(seconds=1)
        row = {"received_at": at, "due_at": due, "closed_at": closed, "state": "done", "outcome": "done"}
        db.add(RightsRequest(project_id=self.project_id, **whose, **row))

    def voice(self, db: Session, said: dict[str, str], answered: date) -> None:
        """To be answered by a day in December."""
        days = {"received_on": NOVEMBER, "due_on": DECEMBER, "answered_on": answered}
        version = db.query(FormVersion.id).limit(1).scalar()
        row = {
            "form_version_id": version,
            "urgent": False,
            "counted": True,
            "answers_json": orjson.dumps(said).decode(),
        }
        db.add(Feedback(id=str(uuid.uuid4()), project_id=self.project_id, **days, **row))

    def add_staff(self, db: Session, passed: int, failed: int) -> None:
        """I17b, with I7 and I17, which are of no people: two days without condoms in January, one session of two."""
        workers = Dataset(project_id=self.project_id, name=WORKERS, created_at=MORNING)
        db.add(workers)
        db.flush()
        for number in range(passed + failed):
            told = {"quiz_on": NOVEMBER.isoformat()} | ({"passed": "1"} if number < passed else {})
            row = {"uuid": new_id(), "label": "x", "data_json": orjson.dumps(told).decode(), "created_at": MORNING}
            db.add(Entity(dataset_id=workers.id, **row))
        self.lot(db, "2025-12-01", "2026-01-30")
        self.session_held(db, "2025-11-04")
