"""`backcheck_sample`: the visits that a phone's carrier is asked to back-check (F11), made for that phone alone at each sync.

A row says whose visit and where, and nothing of what was done: it is asked blind. A visit is on one phone's list, from the
day that its record came for thirty days, until it is answered or declined; who declined once is never drawn again.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.media import choice_csv
from server.access.caller import Caller
from server.clock import SHANGHAI
from server.clock import today as shanghai_day
from server.followups.check_asking import Visit, left_to_check
from server.followups.check_lots import Arrived, choose, draw
from server.followups.checkers import carriers_of_phones, is_checker, list_checkers
from server.followups.office_rules import BACK, OfficeRule, shipped_office_rules
from server.followups.working_days import Calendar
from server.keys import derive
from server.models import BACK_CHECK, Submission
from server.models.facts import AnyProject
from server.models.sealed import keys_of
from server.registry.back_checks import checked_forms
from server.registry.reach import Reach

SAMPLE_COLUMNS: Final = ("name", "label", "village_code", "subject_list")


@dataclass(frozen=True)
class Drawn:
    """A row of the list. `name` is the bare uuid of the record that is checked, `key` what names the row among due visits."""

    name: str
    label: str
    village_code: str
    subject_list: str
    key: str
    opens_on: date
    due_on: date
    closes_on: date


def find_sample(db: Session, caller: Caller, project: AnyProject, reach: Reach, calendar: Calendar) -> list[Drawn]:
    """The caller's rows, the most pressing first; none for who does not back-check."""
    if not is_checker(db, project, caller):
        return []
    key = lot_key(db, project.id)
    visits = left_to_check(db, project.id, visits_drawn(db, project.id, reach.today, key), reach.today)
    checkers = list_checkers(db, project, reach.today) if visits else []
    carried = carriers_of_phones(db, project, {one.sent_by for one in visits if one.sent_by is not None})
    found = []
    for one in visits:
        about = one.village_id, one.subject_list == "women", one.sent_by, carried
        phones = [checker.phone_id for checker in checkers if checker.may_check(*about)]
        if choose(key, one.submission_id, phones) == caller.actor_id:
            found.append(drawn_of(one, calendar))
    return sorted(found, key=lambda row: (row.due_on, row.name))


def lot_key(db: Session, project_id: int) -> bytes:
    """What the lots of a project follow from; with a new key of the server they are drawn anew."""
    secret = keys_of(db.get_bind().dialect).current_secret()
    return derive(secret, f"fangshi back-checks {project_id}".encode())


def visits_drawn(db: Session, project_id: int, today: date, key: bytes) -> list[int]:
    """The records that the lot drew among the visits of the last days in which they may be checked."""
    earliest = today - timedelta(days=check_rule().closes.days)
    first = earliest.replace(day=1)
    since = datetime.combine(first, time(), SHANGHAI)
    query = select(Submission.id, Submission.created_at).where(
        Submission.form_id.in_(checked_forms(project_id)), ~Submission.draft, Submission.created_at >= since
    )
    arrived = (Arrived(*row) for row in db.execute(query.order_by(Submission.id)))
    recent = (one for one in draw(arrived, key) if shanghai_day(one.received_at) >= earliest)
    return [one.submission_id for one in recent]


def check_rule() -> OfficeRule:
    return shipped_office_rules()[BACK]


def drawn_of(visit: Visit, calendar: Calendar) -> Drawn:
    digest = hashlib.sha256(f"{BACK_CHECK}:{visit.name}".encode()).digest()
    key = str(uuid.UUID(bytes=digest[:16], version=4))
    opens, due, closes = check_rule().edges({"record_on": visit.received_on}, calendar)
    return Drawn(visit.name, visit.label, visit.village_code, visit.subject_list, key, opens, due, closes)


def sample_csv(drawn: Sequence[Drawn]) -> bytes:
    return choice_csv(SAMPLE_COLUMNS, [(one.name, one.label, one.village_code, one.subject_list) for one in drawn])
