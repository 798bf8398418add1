"""The indicators as anybody of the town may be told them: one function for the page, the API and whatever else shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.month_ends import Month, Rate
from server.access.allow import allow, scope_of
from server.access.caller import Caller
from server.access.month_ends import number_of, read_month
from server.access.small_numbers import TRIES, Telling
from server.errors import NotFound, Unavailable
from server.followups.lists_for_pages import list_phones
from server.followups.rates import tell_rates
from server.followups.town_board import tell_board
from server.models import Project, Release, ReleaseLook
from server.places.clusters import clusters_of
from server.places.town_numbers import knows_a_part
from server.reports.indicators.definitions import ALL, BY_ID, COVERAGE, KEPT, Indicator
from server.reports.indicators.limits import Limits, limits_of
from server.reports.indicators.live import Live, heard_in, overdue, overdue_though_heard


@dataclass(frozen=True)
class Window:
    """One window as it was told. `counted_at`: when, None where the map's rate does not say. `limits`: see limits.py."""

    first: date
    last: date
    town: Rate
    clusters: Mapping[str, Rate]
    counted_at: datetime | None = None
    limits: Limits | None = None


@dataclass(frozen=True)
class ToldIndicator:
    """An indicator with its windows, the oldest first; none where it is not counted, or not counted yet."""

    indicator: Indicator
    windows: Sequence[Window]

    @property
    def newest(self) -> Window | None:
        return self.windows[-1] if self.windows else None


def tell_to(
    db: Session, caller: Caller, project: Project, today: date, telling: Telling, live: Live | None = None
) -> dict[str, ToldIndicator]:
    """What somebody is told. Who works in some villages counts a part himself, so he is told no windows at all.

    `live` is what a paper of that day holds of visits that are due, and no window that was counted after it; without it all are
    told as they are now. Raises Unauthenticated, Forbidden.
    """
    allow(caller, "indicator.read", project)
    if knows_a_part(scope_of(caller, project)):
        return {one.id: ToldIndicator(one, ()) for one in ALL}
    return tell_indicators(db, project.id, today, telling, live or read_live(db, project.id, today, telling))


def get_told(found: Mapping[str, ToldIndicator], name: str) -> ToldIndicator:
    """Raises NotFound for what is no indicator."""
    if name not in found:
        raise NotFound()
    return found[name]


def read_live(db: Session, project_id: int, today: date, telling: Telling) -> Live:
    board = tell_board(db, project_id, today, telling)
    return Live(board, heard_in(board, list_phones(db, project_id), today))


def tell_indicators(
    db: Session, project_id: int, today: date, telling: Telling, live: Live
) -> dict[str, ToldIndicator]:
    """All of them by id, for who is told sums. As many queries for any town; who was shown which window is kept.

    Call it where nothing is being written (a GET). Raises Unavailable when others were always faster.
    """
    rows = shown_rows(db, project_id, today, telling, live.made_at)
    found = {one.id: told_of(one, rows.get(one.measure, ()), today) for one in ALL}
    coverage = tell_rates(db, project_id, today, telling, live.made_at).coverage
    windows = [Window(end, end, month.town, month.clusters) for end, month in sorted(coverage.items())]
    found[COVERAGE] = ToldIndicator(BY_ID[COVERAGE], with_limits(BY_ID[COVERAGE], windows))
    return found | tell_live(live, clusters_of(db, project_id)[0], today)


def tell_live(live: Live, cluster_of: Mapping[str, str], today: date) -> dict[str, ToldIndicator]:
    """One window, of that day alone."""
    town, clusters = overdue(live, cluster_of)
    return {
        "I11": ToldIndicator(BY_ID["I11"], [Window(today, today, town, clusters)]),
        "I12": ToldIndicator(BY_ID["I12"], [Window(today, today, overdue_though_heard(live), {})]),
    }


def shown_rows(
    db: Session, project_id: int, today: date, telling: Telling, until: datetime | None = None
) -> dict[str, list[Row[Any]]]:
    """What is kept, or was `until` then, by measure, after it was noted that this person saw it."""
    shown = {one.measure: {number_of(end) for end in one.ends(today)} for one in KEPT}
    for _ in range(TRIES):
        rows = [row for row in read_rows(db, project_id, telling.actor_id) if row.number in shown[row.measure]]
        rows = [row for row in rows if until is None or row.made_at <= until]
        new = [row.id for row in rows if not row.looked]
        try:
            if new:
                with telling.database.transaction() as writing:
                    writing.add_all(
                        ReleaseLook(release_id=one, actor_id=telling.actor_id, looked_at=telling.now) for one in new
                    )
        except IntegrityError:  # the same person looks twice at once
            continue
        found: dict[str, list[Row[Any]]] = {}
        for row in rows:
            found.setdefault(row.measure, []).append(row)
        return found
    raise Unavailable()


def read_rows(db: Session, project_id: int, actor_id: int) -> Sequence[Row[Any]]:
    looked = ReleaseLook.id.is_not(None).label("looked")
    query = (
        select(Release.id, Release.measure, Release.number, Release.told_json, Release.made_at, looked)
        .outerjoin(ReleaseLook, (ReleaseLook.release_id == Release.id) & (ReleaseLook.actor_id == actor_id))
        .where(Release.project_id == project_id, Release.measure.in_([one.measure for one in KEPT]))
        .order_by(Release.number)
    )
    return list(db.execute(query))


def told_of(indicator: Indicator, rows: Sequence[Row[Any]], today: date) -> ToldIndicator:
    ends = {number_of(end): end for end in indicator.ends(today)} if indicator.is_kept else {}
    windows = [window_of(indicator, ends[row.number], row) for row in rows if row.number in ends]
    return ToldIndicator(indicator, with_limits(indicator, windows))


def with_limits(indicator: Indicator, windows: Sequence[Window]) -> Sequence[Window]:
    """Days and sessions have none: one out of stock is out the next day, too, so chance says little of them."""
    if not indicator.sensitive:
        return windows
    limits = limits_of([one.town for one in windows])
    return [replace(one, limits=limit) for one, limit in zip(windows, limits, strict=True)]


def window_of(indicator: Indicator, end: date, row: Row[Any]) -> Window:
    month: Month = read_month(row.told_json)
    return Window(indicator.first_day(end), end, month.town, month.clusters, row.made_at)
