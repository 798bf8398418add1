"""Indicators of one family count nearly the same people: two of them, subtracted, must give no small number. Pure.

Of births there are six rates. Thirty-one births beside twenty-nine after which a visit was wanted would tell of two women, and
thirty with five checks beside twenty-eight with complete care of two others. So each is told only where it is of as many as
those before it, or of five fewer or more, and where one is a part of another the same holds of what was done and what was not.
Where it does not, it is hidden there, and in what would give it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from geo.masking import K
from geo.month_ends import Month, Rate

HIDDEN = Rate(why="complement")


@dataclass(frozen=True)
class Beside:
    """What is told of another indicator of the family; `nested`: whether one of the two is a part of the other."""

    month: Month
    nested: bool


def hide_near(month: Month, others: Iterable[Beside], k: int = K) -> Month:
    """A line as it may be told beside others: those of its family before it, of this end and of the one before."""
    known = list(others)
    near = {
        place
        for place, rate in month.clusters.items()
        if any(_near(rate, one.month.clusters.get(place), one.nested, k) for one in known)
    }
    if not near and not any(_near(month.town, one.month.town, one.nested, k) for one in known):
        return month
    # The town is the sum of its clusters: where it alone is near, they would give it back.
    gone = near or month.clusters.keys()
    clusters = {place: _hide(rate) if place in gone else rate for place, rate in month.clusters.items()}
    return replace(month, clusters=clusters, town=_hide(month.town))


def _hide(rate: Rate) -> Rate:
    return rate if rate.why else HIDDEN


def _near(rate: Rate, other: Rate | None, nested: bool, k: int) -> bool:
    if other is None or rate.done is None or rate.of is None or other.done is None or other.of is None:
        return False
    apart = [rate.of - other.of]
    if nested:
        apart += [rate.done - other.done, (rate.of - rate.done) - (other.of - other.done)]
    return any(0 < abs(one) < k for one in apart)
