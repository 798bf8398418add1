"""Which schedules were chosen for the town and for its pregnancies, as the rules read it: from which day on each counts."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, select, union_all
from sqlalchemy.orm import Session

from server import clock
from server.db import Asked, AskedOfSome
from server.followups.facts import Facts
from server.followups.pregnancies import Pregnancy
from server.followups.ruleset import PROFILES
from server.models import Actor, ScheduleChoice

SCHEDULES: Final = PROFILES[1:]
"""Those that exclude each other; the first is followed where nobody chose."""
AS_TOWN: Final = "town"
"""A pregnancy's own choice to have none."""

_COLUMNS: Final = (ScheduleChoice.id, ScheduleChoice.pregnancy, ScheduleChoice.profile, ScheduleChoice.chosen_at)
_HERE: Final = ScheduleChoice.project_id == bindparam("project")
CHOICES: Final = AskedOfSome(
    lambda are: union_all(
        select(*_COLUMNS).where(_HERE, ScheduleChoice.pregnancy.is_(None)),
        select(*_COLUMNS).where(_HERE, are(ScheduleChoice.pregnancy)),
    )
)
"""Built once: it is asked at every record of a pregnancy. Two questions in one: with OR all choices of the town would be read."""


@dataclass(frozen=True)
class Choice:
    """`pregnancy` is None for the town's own; `on` the Shanghai day from which it counts."""

    pregnancy: str | None
    profile: str
    on: date


@dataclass(frozen=True)
class TownsChoice:
    """What the town has now; `by` is a name, and both are None while nobody chose."""

    profile: str
    by: str | None = None
    at: datetime | None = None


def choices_of(db: Asked, project_id: int, pregnancies: Collection[str]) -> list[Choice]:
    """The town's choices and those of these pregnancies, in the order in which they were made: one query for all."""
    rows = sorted(CHOICES.ask(db, pregnancies, project=project_id))
    return [Choice(pregnancy, profile, clock.today(chosen_at)) for _id, pregnancy, profile, chosen_at in rows]


def with_choices(facts: Facts, choices: Sequence[Choice]) -> Facts:
    return replace(facts, pregnancies=tuple(_following(one, choices) for one in facts.pregnancies))


def _following(pregnancy: Pregnancy, choices: Iterable[Choice]) -> Pregnancy:
    """What was chosen before she registered is what it followed first."""
    first, later = SCHEDULES[0], []
    for on, profile in profiles_of(pregnancy.uuid, choices):
        if on <= pregnancy.registered_on:
            first = profile
        else:
            later.append((on, profile))
    return replace(pregnancy, profile=first, schedule=tuple(later))


def profiles_of(pregnancy: str, choices: Iterable[Choice]) -> Iterator[tuple[date, str]]:
    """From which day on it follows which: its own choice wins, also over what the town chooses later."""
    town, own, before = SCHEDULES[0], AS_TOWN, SCHEDULES[0]
    for one in choices:
        if one.pregnancy is None:
            town = one.profile
        elif one.pregnancy == pregnancy:
            own = one.profile
        now = town if own == AS_TOWN else own
        if now != before:
            yield one.on, now
        before = now


def towns_choice(db: Session, project_id: int) -> TownsChoice:
    query = (
        select(ScheduleChoice.profile, Actor.display_name, ScheduleChoice.chosen_at)
        .join(Actor, Actor.id == ScheduleChoice.chosen_by_id)
        .where(ScheduleChoice.project_id == project_id, ScheduleChoice.pregnancy.is_(None))
        .order_by(ScheduleChoice.id.desc())
    )
    row = db.execute(query.limit(1)).first()
    return TownsChoice(row[0], row[1], row[2]) if row else TownsChoice(SCHEDULES[0])


def own_choices(db: Session, project_id: int, pregnancies: Collection[str]) -> dict[str, str]:
    """What each of these pregnancies has for its own, AS_TOWN where that was chosen; who never had one is left out."""
    rows = db.execute(
        select(ScheduleChoice.pregnancy, ScheduleChoice.profile)
        .where(ScheduleChoice.project_id == project_id, ScheduleChoice.pregnancy.in_(pregnancies))
        .order_by(ScheduleChoice.id)
    )
    return {uuid: profile for uuid, profile in rows if uuid is not None}
