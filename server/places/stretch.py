"""A page of features: what is asked of a collection, whichever it is, and what it comes to (web/ogc.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

from geo.features import Feature
from geo.tiles import Box


@dataclass(frozen=True)
class Stretch:
    """At most `limit` features behind the one whose id is `after`, of those in any of the `boxes` (none: everywhere).

    `since` and `until` are instants and belong to it; None is open.
    """

    limit: int
    after: Any = None
    boxes: tuple[Box, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def reads(self) -> int:
        """One more than the page has: it tells whether anything follows."""
        return self.limit + 1

    def goes_on(self, key: Any) -> ColumnElement[bool]:
        """By key and not by number: what comes or goes meanwhile moves nothing from one page to another."""
        return true() if self.after is None else key > self.after

    def at_label(self, lon: Any, lat: Any) -> ColumnElement[bool]:
        """What stands at a village's label, as two columns; what has no place belongs to every box (fc-bbox-response C)."""
        if not self.boxes:
            return true()
        inside = (and_(lon.between(one.west, one.east), lat.between(one.south, one.north)) for one in self.boxes)
        return or_(lon.is_(None), lat.is_(None), *inside)


@dataclass(frozen=True)
class FeaturePage:
    """Features in the order of their ids; `has_more` when others follow the last."""

    features: Sequence[Feature]
    has_more: bool = False


def page_of(features: Sequence[Feature], stretch: Stretch) -> FeaturePage:
    """The page that a stretch comes to, of all that was read for it."""
    return FeaturePage(features[: stretch.limit], len(features) > stretch.limit)
