"""Choosing the schedule of the town, or of one pregnancy. Both are written down; what was done stays done (schedules.py)."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server import clock
from server.access.audit import record
from server.errors import NotFound, UnexpectedValue
from server.followups.recalculate import recalculate
from server.followups.schedule_choices import AS_TOWN, SCHEDULES, own_choices, towns_choice
from server.models import FollowUp, Pregnancy, Project, ScheduleChoice, Woman


def choose_for_town(db: Session, project: Project, profile: str, by: int, now: datetime) -> None:
    """For all pregnancies without a choice of their own, those under way too. Raises UnexpectedValue.

    Their follow-ups are looked at by the daily step's next batches: a town may have many, and nobody waits for that.
    """
    check_profile(profile, SCHEDULES)
    if towns_choice(db, project.id).profile == profile:
        return
    db.add(ScheduleChoice(project_id=project.id, profile=profile, chosen_by_id=by, chosen_at=now))
    record(db, "schedule.set", actor_id=by, now=now, project_id=project.id, details={"profile": profile})
    here = select(Pregnancy.uuid).where(Pregnancy.project_id == project.id)
    waiting = (FollowUp.project_id == project.id, FollowUp.ended.is_(False), FollowUp.episode.in_(here))
    db.execute(update(FollowUp).where(*waiting).values(look_on=clock.today(now)))


def choose_for_pregnancy(
    db: Session, project: Project, woman: Woman, pregnancy: str, profile: str, by: int, now: datetime
) -> None:
    """Hers only while it goes on. Works her follow-ups out anew. Raises NotFound, UnexpectedValue."""
    check_profile(profile, (*SCHEDULES, AS_TOWN))
    hers = (Pregnancy.project_id == project.id, Pregnancy.woman_uuid == woman.uuid, Pregnancy.status == "ongoing")
    if db.scalar(select(Pregnancy.id).where(*hers, Pregnancy.uuid == pregnancy)) is None:
        raise NotFound()
    if own_choices(db, project.id, [pregnancy]).get(pregnancy, AS_TOWN) == profile:
        return
    choice = {"pregnancy": pregnancy, "profile": profile, "chosen_by_id": by, "chosen_at": now}
    db.add(ScheduleChoice(project_id=project.id, **choice))
    db.flush()
    details = {"profile": profile, "pregnancy": pregnancy}
    record(db, "schedule.choose", actor_id=by, now=now, project_id=project.id, details=details)
    recalculate(db, project, "women", woman.uuid, clock.today(now), now)


def check_profile(profile: str, known: tuple[str, ...]) -> None:
    if profile not in known:
        raise UnexpectedValue(field="profile", value=profile[:40], reason=f"it is none of {', '.join(known)}")
