"""Rows as the registry writes them, in few words: a care project, its women and homes, and what records told of them."""

from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.followups.daily import recalculate_due
from server.followups.recalculate import recalculate
from server.models import (
    Actor,
    CareEvent,
    Entity,
    EntityVersion,
    FollowUp,
    Form,
    Household,
    Project,
    ScheduleChoice,
    Submission,
    SubmissionVersion,
    Woman,
)
from server.registry.benefits import SAID_IN_LIST
from tests.making import a_dataset, a_form, a_record, new_id
from tests.server.followups.samples import VILLAGE, at_noon, day

F1, F3, F4, F6 = "household_visit", "pregnancy_registration", "antenatal_check", "contraception_followup"
F5 = "delivery_postnatal"
F8 = "migrant_transfer"
F12 = "benefit_case"


def a_woman(db: Session, project: Project, uuid: str = "w1", **given: Any) -> Woman:
    """Who consented to everything for a long time."""
    known = {"label": "W-0231 王*", "village_code": VILLAGE, "consent_until": day("2030-01-01")}
    consents = dict.fromkeys(
        (f"consent_{one}" for one in ("service", "reminder", "share_clinic", "location", "stats")), True
    )
    woman = Woman(project_id=project.id, uuid=uuid, **{**known, **consents, **given})
    db.add(woman)
    db.flush()
    return woman


def a_home(db: Session, project: Project, uuid: str = "h1", **given: Any) -> Household:
    home = Household(
        project_id=project.id, uuid=uuid, **{"label": "12 河湾", "village_code": VILLAGE, "consents": True, **given}
    )
    db.add(home)
    db.flush()
    return home


def a_case(db: Session, project: Project, uuid: str = "b1", **data: str) -> Entity:
    """A benefit case of the list."""
    dataset = a_dataset(db, project.id, "benefit_cases", ["village_code", "household", *SAID_IN_LIST])
    known = {"village_code": VILLAGE, "household": "h1", "step": "asked", "status": "open", **data}
    row = Entity(dataset_id=dataset.id, uuid=uuid, label="A-0231 #1", data_json=orjson.dumps(known).decode())
    row.village_code, row.created_at = known["village_code"], at_noon("2026-01-01")
    db.add(row)
    db.flush()
    told = {"label": row.label, "data_json": row.data_json, "received_json": row.data_json}
    db.add(EntityVersion(entity_id=row.id, version=1, **told, created_at=row.created_at))
    db.flush()
    return row


def tell(
    db: Session,
    project: Project,
    form_id: str,
    on: str,
    received: str = "",
    subject: str = "",
    episode: str | None = None,
    event: str = "",
    **answers: str,
) -> CareEvent:
    """What a record of that visit's date told; it was received the same noon unless said otherwise."""
    at = at_noon(received or on)
    submission, version = a_submission(db, project, form_id, event or new_id(), at)
    row = CareEvent(
        submission_id=submission.id,
        submission_version_id=version.id,
        project_id=project.id,
        event=submission.instance_id,
        form_id=form_id,
        subject_list={F1: "households", F12: "benefit_cases"}.get(form_id, "women"),
        subject=subject or {F1: "h1", F12: "b1"}.get(form_id, "w1"),
        episode=episode or {F3: "p1", F4: "p1", F5: "p1", F6: "c1"}.get(form_id),
        visit_date=day(on),
        received_at=at,
        data_json=orjson.dumps(answers).decode(),
    )
    db.add(row)
    db.flush()
    return row


def a_submission(
    db: Session, project: Project, form_id: str, instance_id: str, at: datetime
) -> tuple[Submission, SubmissionVersion]:
    form = db.scalar(select(Form).where(Form.project_id == project.id, Form.xml_form_id == form_id))
    form = form or a_form(db, project.id, form_id)
    submission = Submission(
        project_id=project.id, form_id=form.id, instance_id=instance_id, health=form_id not in (F1, F12), created_at=at
    )
    db.add(submission)
    db.flush()
    version = SubmissionVersion(
        submission_id=submission.id,
        form_id=form.id,
        form_version_id=form.current_version_id,
        instance_id=instance_id,
        is_current=True,
        xml=a_record(form_id, instance_id=instance_id),
        created_at=at,
    )
    db.add(version)
    db.flush()
    return submission, version


def registered(db: Session, project: Project, on: str, last_period: str, **given: str) -> CareEvent:
    """F3: she registers a pregnancy and knows her last period exactly."""
    known = {"wants_registration": "yes", "lmp_known": "exact", "lmp_date": last_period, "event": "registration"}
    return tell(db, project, F3, on, **{**known, **given})


def checked(db: Session, project: Project, on: str, received: str = "", **given: str) -> CareEvent:
    """F4: a check by a midwife."""
    return tell(db, project, F4, on, received, **{"still_pregnant": "ongoing", "done_by": "midwife", **given})


def reported(db: Session, project: Project, on: str, received: str = "", **given: str) -> CareEvent:
    """F5: a visit after a birth, unless the answers say that a birth or a loss is told."""
    return tell(db, project, F5, on, received, **{"report_type": "pnc_visit", **given})


def transferred(db: Session, project: Project, on: str, status: str, uuid: str = "t1", **given: str) -> CareEvent:
    """F8: about a transfer of hers, whose row in the list says this status now."""
    dataset = a_dataset(db, project.id, "transfers", ["woman", "village_code", "direction", "status"])
    row = db.scalar(select(Entity).where(Entity.dataset_id == dataset.id, Entity.uuid == uuid))
    if row is None:
        row = Entity(dataset_id=dataset.id, uuid=uuid, about="w1", label="W-0231 王*", created_at=at_noon(on))
        db.add(row)
    row.version, row.data_json = 1, orjson.dumps({"status": status}).decode()
    return tell(db, project, F8, on, episode=uuid, **given)


def choose(db: Session, project: Project, profile: str, on: str, pregnancy: str | None = None) -> None:
    """Somebody chose a schedule, of the town or of a pregnancy."""
    by = Actor(type="user", display_name="王医生", created_at=at_noon(on))
    db.add(by)
    db.flush()
    row = {"pregnancy": pregnancy, "profile": profile, "chosen_by_id": by.id, "chosen_at": at_noon(on)}
    db.add(ScheduleChoice(project_id=project.id, **row))
    db.flush()


def injected(db: Session, project: Project, on: str, **given: str) -> CareEvent:
    """F6: an injection for three months, and she wants to be followed up."""
    known = {
        "reason": "reinject",
        "method": "dmpa",
        "last_injection": on,
        "reminder_wish": "visit",
        "choice_hers": "yes",
    }
    return tell(db, project, F6, on, **{**known, **given})


def correct(db: Session, row: CareEvent, on: str = "", **answers: str | None) -> None:
    """The record's new version says otherwise; None takes an answer out."""
    changed = {**orjson.loads(row.data_json), **answers}
    row.data_json = orjson.dumps({name: value for name, value in changed.items() if value is not None}).decode()
    if on:
        row.visit_date = day(on)
    db.flush()


def rows_by_rule(db: Session, subject: str = "w1") -> dict[str, FollowUp]:
    """The follow-ups of one subject in which each rule asks once."""
    rows = list(db.scalars(select(FollowUp).where(FollowUp.subject == subject).order_by(FollowUp.id)))
    assert len({row.rule for row in rows}) == len(rows)
    return {row.rule: row for row in rows}


def states(db: Session, subject: str = "w1") -> dict[str, str]:
    """Rule to state, severity and cause in words: `overdue red`, `superseded pregnancy_ended`."""
    return {
        rule: " ".join(part for part in (row.state, "" if row.severity == "info" else row.severity, row.cause) if part)
        for rule, row in rows_by_rule(db, subject).items()
    }


def after(instant: datetime, **parts: float) -> datetime:
    return instant + timedelta(**parts)


def work_out(db: Session, town: Project, today: str, subject: str = "w1", subject_list: str = "women") -> None:
    recalculate(db, town, subject_list, subject, day(today), at_noon(today))
    db.flush()


def pass_days(db: Session, today: str) -> int:
    """The daily step of that day, to its end."""
    done = 0
    while batch := recalculate_due(db, day(today), at_noon(today), limit=2):
        done += batch
    return done


def states_of(db: Session, rule: str) -> list[str]:
    return [
        row.state
        for row in db.scalars(select(FollowUp).where(FollowUp.rule == rule).order_by(FollowUp.due_on, FollowUp.id))
    ]
