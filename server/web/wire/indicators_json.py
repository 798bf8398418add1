"""An indicator with its windows in JSON, field by field. Facts: docs/indicators.md."""

from geo.month_ends import Rate
from server.reports.indicators.told import ToldIndicator, Window
from server.web.wire.central_json import Json, instant


def indicator(told: ToldIndicator) -> Json:
    """`windows` the oldest first: none where it is not counted, not counted yet, or nothing is told to the caller."""
    one = told.indicator
    return {
        "id": one.id,
        "theme": one.theme,
        "counted": one.months is not None,
        "windowMonths": one.months,
        "toldEveryMonths": one.every,
        "unit": one.unit,
        "aim": one.aim,
        "mark": one.mark,
        "source": one.source,
        "windows": [window(each) for each in told.windows],
    }


def window(one: Window) -> Json:
    limits = one.limits
    return {
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "countedAt": instant(one.counted_at),
        "town": rate(one.town),
        "clusters": {code: rate(each) for code, each in sorted(one.clusters.items()) if code},
        "limits": {"low": limits.low, "mean": limits.mean, "high": limits.high} if limits else None,
    }


def rate(one: Rate) -> Json:
    """`numerator` and `denominator` are null where they are hidden; `hidden` says why: few_people, few, everybody, complement."""
    return {"numerator": one.done, "denominator": one.of, "percent": one.percent, "hidden": one.why}
