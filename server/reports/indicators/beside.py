"""Indicators of one family count nearly the same people: two of them, subtracted, must give no small number. Pure.

Of births there are seven rates. Thirty-one births with five checks beside twenty-nine with complete care would tell of two
women. So each is told only where it differs from those before it by nothing or by at least five, in what was done, in what was
not, and in all; where not, it is hidden there, and in what would give it back.
"""

from collections.abc import Iterable
from dataclasses import replace

from geo.masking import K
from geo.month_ends import Month, Rate

HIDDEN = Rate(why="complement")


def hide_near(month: Month, others: Iterable[Month], k: int = K) -> Month:
    """A line as it may be told beside others: those of its family before it, of this end and of the one before."""
    known = list(others)
    near = {
        place for place, rate in month.clusters.items() if any(_near(rate, one.clusters.get(place), k) for one in known)
    }
    if not near and not any(_near(month.town, one.town, k) for one in known):
        return month
    # The town is the sum of its clusters: where it alone is near, they would give it back.
    gone = near or month.clusters.keys()
    clusters = {place: _hide(rate) if place in gone else rate for place, rate in month.clusters.items()}
    return replace(month, clusters=clusters, town=_hide(month.town))


def _hide(rate: Rate) -> Rate:
    return rate if rate.why else HIDDEN


def _near(rate: Rate, other: Rate | None, k: int) -> bool:
    if other is None or rate.done is None or rate.of is None or other.done is None or other.of is None:
        return False
    apart = rate.done - other.done, rate.of - other.of, (rate.of - rate.done) - (other.of - other.done)
    return any(0 < abs(one) < k for one in apart)
