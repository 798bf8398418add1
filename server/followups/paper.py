"""Lists of visits for paper: codes and days alone, by village and by who goes."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from server.followups import notice_words
from server.followups.lists_for_pages import Visit
from server.followups.trips import Trip, by_number
from server.models import BENEFIT_CASES, Actor, Woman


class Sheet(NamedTuple):
    """What one person is to do in one village: `worker` is the name of whom a woman chose, "" for the village's own."""

    village: str
    worker: str
    trips: list[Trip]


def sheets_of(db: Session, project_id: int, trips: Sequence[Trip]) -> list[Sheet]:
    """Trips by village and by who goes, in the order of hamlets and doors. A door that two people go to stands on both."""
    chosen = chosen_workers(db, project_id, {one.woman for trip in trips for one in trip.visits if one.woman})
    parts = [
        (trip.village, worker, trip, [one for one in trip.visits if chosen.get(one.woman or "", "") == worker])
        for trip in trips
        for worker in sorted({chosen.get(one.woman or "", "") for one in trip.visits})
    ]
    parts.sort(key=lambda one: (one[0], one[1], *by_door(one[2])))
    return [
        Sheet(
            village,
            worker,
            [Trip(one.village, one.hamlet, one.first, one.here, tuple(here)) for *_, one, here in group],
        )
        for (village, worker), group in groupby(parts, key=lambda one: one[:2])
    ]


def by_door(trip: Trip) -> tuple[int, str, str]:
    return *by_number(trip.hamlet), (trip.home.door_code if trip.home else None) or ""


def chosen_workers(db: Session, project_id: int, women: Collection[str]) -> dict[str, str]:
    """The names of the workers whom these women chose, by the uuid of the woman; who chose nobody is not named."""
    hers = cast(Actor.id, String) == Woman.assigned_worker
    query = select(Woman.uuid, Actor.display_name).join(Actor, hers)
    found = db.execute(query.where(Woman.project_id == project_id, Woman.uuid.in_(women), Actor.deleted_at.is_(None)))
    return {row.uuid: row.display_name for row in found}


def code_of(visit: Visit) -> str:
    """What a line is called where a neighbour may read it: `W-0231` of `W-0231 王*`, the door of a home's own visit.

    Never a name, and no door beside her code: a sheet that is lost does not tell where she lives.
    """
    if visit.woman is None and visit.home is not None:
        return visit.home.door_code or visit.row.visit_key[:8]
    if visit.row.subject_list == BENEFIT_CASES and visit.label.isascii():
        return visit.label
    return notice_words.code_of(visit.label) or visit.row.visit_key[:8]
