"""The villages of the map: their outlines, and their numbers as everybody in the town may see them.

Every number leaves through `geo.masking`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.features import collection, feature
from geo.masking import Shown, suppress, suppress_table
from geo.releasing import Line
from server.access.allow import Scope
from server.access.small_numbers import WITHHELD, Telling
from server.models import Project, Submission, Village
from server.places.locating import VillageMap, names_in, village_map
from server.places.town_numbers import UNKNOWN, knows_a_part, tell_records
from server.places.wanted import Filters, records_in, wishes

DISPLAY_DEGREES = 0.00003  # about 3 m: no eye tells it on a town's map
SIMPLIFY_FROM_CORNERS = 20_000
HIDDEN = "hidden"


@dataclass(frozen=True)
class VillageCounts:
    """Records by village row, as they may be shown; `unknown` is None when every record has a village."""

    shown: Mapping[int, Shown]
    unknown: Shown | None
    total: Shown

    def of(self, village_id: int) -> Shown:
        """The number of one village; none at all is 0."""
        return self.shown.get(village_id) or suppress(0)


def whole_town(project: Project) -> Scope:
    """Numbers by village are for everybody in the town: suppressed, so that nobody is given away by them."""
    return Scope(project.id, everything=True)


def counts_for(
    db: Session, project: Project, scope: Scope, telling: Telling, villages: Iterable[Village]
) -> VillageCounts:
    """The numbers of the whole town, the same for everybody in it; in a care project they are told in steps.

    The total there is for who works in no village of it, or in all of them: `scope` is the caller's. `villages` are those
    in force.
    """
    if project.kind != "care":
        return village_counts(db, whole_town(project))
    ids = {one.code: one.id for one in villages}
    told = told_counts(tell_records(db, project.id, telling).villages, ids)
    return replace(told, total=WITHHELD) if knows_a_part(scope) else told


def village_counts(db: Session, scope: Scope, filters: Filters = Filters()) -> VillageCounts:
    """How many records lie in each village in force of a plain project, as it may be shown together with the total.

    Who sees the map of a plain project reads its records. A care project's numbers are told: `told_counts`.
    """
    in_force = select(Village.id).where(Village.project_id == scope.project_id, Village.retired_at.is_(None))
    wanted = [*records_in(scope), *wishes(filters)]
    counted = (
        select(Submission.village_id, func.count().label("records")).where(*wanted).group_by(Submission.village_id)
    )
    records: dict[int | None, int] = dict(db.execute(counted).all())
    villages = set(db.scalars(in_force))
    rows = {str(village): {"records": records.pop(village, 0)} for village in villages}
    # What lies in no village, or in one that is retired, has no place of its own in the table.
    rows[UNKNOWN] = {"records": sum(records.values())}
    table = suppress_table(rows)
    shown = {village: table.cells[str(village)]["records"] for village in villages}
    unknown = table.cells[UNKNOWN]["records"]
    return VillageCounts(shown, unknown if rows[UNKNOWN]["records"] else None, table.total)


def told_counts(line: Line, ids: Mapping[str, int]) -> VillageCounts:
    """What was told of each village by its code (places/town_numbers.py), by village row."""
    unknown = line.cells[UNKNOWN]
    shown = {ids[code]: cell for code, cell in line.cells.items() if code in ids}
    return VillageCounts(shown, unknown if unknown.value != 0 else None, line.total)


def village_features(
    db: Session, scope: Scope, bands: Mapping[str, Shown] | None = None, counts: VillageCounts | None = None
) -> dict[str, Any]:
    """GeoJSON of the boundaries: {code, name, count_text, suppressed, lon, lat}, drawn simpler where they are large.

    With `bands`, by village code, also {overdue}: the band as it may be shown, or "hidden". `counts` are those that were
    told, of a care project.
    """
    known = village_map(db, scope.project_id)
    if known is None:
        return collection([])
    counts = counts or village_counts(db, scope)
    outlines, names = outlines_for_display(known), names_in(db, known)
    return collection(
        feature(code, outlines[code], village_facts(known, code, names[code], counts.of(known.ids[code]), bands))
        for code in known.ids
        if scope.covers(known.ids[code])
    )


def village_facts(
    known: VillageMap, code: str, name: str, shown: Shown, bands: Mapping[str, Shown] | None
) -> dict[str, Any]:
    lon, lat = known.labels[code]
    facts = {
        "code": code,
        "name": name,
        "count_text": shown.text,
        "suppressed": shown.suppressed,
        "lon": lon,
        "lat": lat,
    }
    if bands is None:
        return facts
    band = bands.get(code)
    return facts | {"overdue": HIDDEN if band is None or band.suppressed else band.text}


def outlines_for_display(known: VillageMap) -> dict[str, Any]:
    """Outlines with fewer corners where a browser would choke on them. Neighbours keep sharing their edges."""
    codes = list(known.outlines)
    shapes = [known.outlines[code] for code in codes]
    if int(shapely.get_num_coordinates(shapes).sum()) < SIMPLIFY_FROM_CORNERS:
        return dict(known.outlines)
    return dict(zip(codes, shapely.coverage_simplify(shapes, DISPLAY_DEGREES).tolist(), strict=True))
