"""What a back-check (F11) heard otherwise than the record says that it checks: a question beside the record, never a block.

Compared blind (registry/blind_comparing.py): nobody's answers of health are, and what was heard of money or pressure is no
matter of this record but of people's rights (followups/check_questions.py). Who made the record is asked to look at it once
more, and is told neither that it was checked nor what differs: else she would know who spoke.
"""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from server.followups.check_questions import find_check
from server.intake.quality_measuring import Case
from server.models import Submission
from server.registry.back_checks import checks_of
from server.registry.blind_comparing import CHECKED_FORMS
from server.registry.workers import person_of


def ask_of_checks(db: Session, case: Case) -> Iterator[tuple[str, dict[str, int]]]:
    """By the newest check that differs; whoever checks herself has checked nothing."""
    if case.reading.project.kind != "care" or case.reading.instance.form_id not in CHECKED_FORMS:
        return
    record = db.get_one(Submission, case.id)
    for check_id in sorted(checks_of(db, record.project_id, record.instance_id), reverse=True):
        found = find_check(db, record.project_id, check_id)
        asker = person_of(db, db.get_one(Submission, check_id).submitter_id)
        if found is not None and found.differs and (asker is None or asker != found.worker_id):
            yield "checked", {"record": check_id, **dict.fromkeys(found.differs, 1)}
            return
