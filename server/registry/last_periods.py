"""A last period that was told in the lunar calendar: her own words are kept beside the solar day (domain.md 2.1)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from server.models import CareEvent
from server.registry.events import read_events
from server.registry.lunar import LunarDay, compare, lunar_of
from server.registry.telling import PREGNANCY, read_day


@dataclass(frozen=True)
class LastPeriod:
    """`on` is the solar day that the worker made of what she said. `problem` is lunar.IMPOSSIBLE or DIFFERS, or ""."""

    on: date
    spoken: str

    @property
    def lunar(self) -> LunarDay | None:
        return lunar_of(self.on)

    @property
    def problem(self) -> str:
        return compare(self.spoken, self.on)


def read_last_period(answers: Mapping[str, str]) -> LastPeriod | None:
    """By the answers of an F3; None where it was told in the solar calendar, or not at all."""
    on = read_day(answers.get("lmp_date"))
    if on is None or answers.get("lmp_calendar") != "lunar" or answers.get("lmp_known") not in ("exact", "approx"):
        return None
    return LastPeriod(on, answers.get("lmp_lunar", "").strip())


def find_last_periods(db: Session, project_id: int, pregnancies: Collection[str]) -> dict[str, LastPeriod]:
    """Of the pregnancies (uuids) whose last registration told it so; no question where there are none."""
    here = CareEvent.project_id == project_id, CareEvent.episode.in_(pregnancies), CareEvent.form_id == PREGNANCY
    last = {one.episode: one for one in read_events(db, *here)} if pregnancies else {}
    found = {uuid: read_last_period(one.data) for uuid, one in last.items() if uuid}
    return {uuid: one for uuid, one in found.items() if one}
