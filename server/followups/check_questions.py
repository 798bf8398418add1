"""What a back-check (F11) brings about: a question to a person, never a block and never a rank (domain.md 4.2, 6.3 P13).

Where it differs from the record, who reviews such records is asked. What it heard of money or pressure goes to who looks
after people's rights. Neither the worker whose visit it was nor who asked there is told anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import roles
from server.access.allow import holds_role, may, scope_of
from server.access.caller import Caller
from server.access.everybody import list_callers
from server.access.projects import submissions_within
from server.followups.notice_words import code_of
from server.followups.plain_notices import CHECK_CONCERN, CHECK_DIFFERS, tell
from server.models import BACK_CHECK, Actor, CareEvent, Form, Household, Notification, Project, Submission, Woman
from server.models.facts import AnyProject
from server.reading import Reading
from server.registry.back_checks import find_checked
from server.registry.blind_comparing import COMPARED, DIFFERS
from server.registry.workers import person_of

PREFIX: Final = "back_check"


@dataclass(frozen=True)
class Found:
    """A back-check as it stands: what differs, what it raised, whose work it is about, and the code and day of the visit."""

    submission_id: int
    differs: tuple[str, ...]
    concerns: tuple[str, ...]
    worker_id: int | None
    code: str
    visited_on: date


def ask_of_check(db: Session, reading: Reading) -> None:
    """The deriver; it comes after the one that compared, goes by what stands, and does nothing twice."""
    found = find_check(db, reading.project.id, reading.submission_id)
    asker = person_of(db, reading.actor_id)
    apart = {asker, found.worker_id} if found else set()
    everybody = [one for one in list_callers(db, reading.project, reading.now) if one.is_person]
    others = [one for one in everybody if one.actor_id not in apart]
    mine = found is not None and found.worker_id is not None and found.worker_id == asker
    told = found if found is not None and not mine else None  # whoever checks herself has checked nothing
    differs = reviewing(db, reading.project, reading.submission_id, others) if told and told.differs else []
    concern = guarding(db, reading.project, reading.submission_id, others) if told and told.concerns else []
    bring_in_line(db, reading, CHECK_DIFFERS, differs)
    bring_in_line(db, reading, CHECK_CONCERN, concern)


def reviewing(db: Session, project: AnyProject, submission_id: int, people: Iterable[Caller]) -> list[Caller]:
    """The reviewers who read this record, of one about a woman her clinicians; where nobody does, the town's leads hear
    that there is a question, and nothing of the record."""
    people = list(people)
    found = [one for one in people if reads(db, project, submission_id, one)]
    asked = (those_with(found, project, role_id) for role_id in (roles.REVIEWER, roles.CLINICIAN))
    return next((some for some in asked if some), those_with(people, project, roles.TOWN_LEAD))


def guarding(db: Session, project: AnyProject, submission_id: int, people: Iterable[Caller]) -> list[Caller]:
    """Who looks after people's rights (domain.md 3 F9: past the worker's supervisor); in a town without one, who reviews."""
    people = list(people)
    return those_with(people, project, roles.DPO) or reviewing(db, project, submission_id, people)


def reads(db: Session, project: AnyProject, submission_id: int, caller: Caller) -> bool:
    form = Form(id=0, project_id=project.id, xml_form_id=BACK_CHECK)
    if not may(caller, "submission.update", project, form):
        return False
    within = select(Submission.id).where(Submission.id == submission_id, submissions_within(scope_of(caller, project)))
    return db.scalar(within) is not None


def those_with(people: Iterable[Caller], project: AnyProject, role_id: int) -> list[Caller]:
    return [one for one in people if holds_role(one, role_id, project)]


def bring_in_line(db: Session, reading: Reading, kind: str, people: Iterable[Caller]) -> None:
    """Tells these people unless the question stands with somebody already; where there is none (any more), takes it back.

    What was taken back and is asked anew is said again in the same place.
    """
    wanted = {one.actor_id for one in people if one.actor_id is not None}
    here = Notification.project_id == reading.project.id, Notification.kind == kind
    occasion = f"{PREFIX}:{reading.submission_id}"
    known = db.scalars(select(Notification).where(*here, Notification.occasion == f"{occasion}:{kind}")).all()
    standing = [one for one in known if one.taken_back_at is None]
    for notice in standing if not wanted else ():
        notice.state, notice.taken_back_at = "taken_back", reading.now
    for notice in known if wanted and not standing else ():
        if notice.recipient_id in wanted:
            notice.state, notice.taken_back_at, notice.read_at = "waiting", None, None
    if wanted and not standing:
        tell(db, reading.project.id, wanted, kind, occasion, reading.now)
    db.flush()


def find_check(db: Session, project_id: int, submission_id: int) -> Found | None:
    """None where it is sealed, was deleted or rejected, or tells of nobody (any more)."""
    event = db.get(CareEvent, submission_id)
    if event is None or event.project_id != project_id or event.form_id != BACK_CHECK or event.episode is None:
        return None
    data, checked = orjson.loads(event.data_json), find_checked(db, project_id, event.episode)
    if checked is None or checked.event is None:
        return None
    return Found(
        submission_id,
        tuple(name for name in COMPARED if data.get(name) == DIFFERS),
        tuple(data.get("concerns", "").split()),
        person_of(db, checked.record.submitter_id),
        code_of(label_behind(db, event)),
        checked.event.visit_date,
    )


def label_behind(db: Session, event: CareEvent) -> str:
    kind = Woman if event.subject_list == "women" else Household
    here = kind.project_id == event.project_id, kind.uuid == event.subject
    return db.scalar(select(kind.label).where(*here)) or ""


def what_is_meant(db: Session, caller: Caller, project: Project, kind: str, occasion: str) -> Found | None:
    """What stands behind such a word, for who may know it today; None for everybody else."""
    number = occasion.split(":")[1] if occasion.startswith(f"{PREFIX}:") else ""
    found = find_check(db, project.id, int(number)) if number.isdigit() else None
    if found is None or found.worker_id == caller.actor_id:
        return None
    if kind == CHECK_CONCERN and holds_role(caller, roles.DPO, project):
        return found
    return found if reads(db, project, found.submission_id, caller) else None


def name_of_worker(db: Session, found: Found) -> str:
    """Whose visit it was: told to who looks after people's rights, and to nobody beside a difference."""
    actor = db.get(Actor, found.worker_id) if found.worker_id is not None else None
    return actor.display_name if actor is not None else ""
