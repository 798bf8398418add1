"""What a number or a point may show to those who may not see the people behind it.

Every count on every door goes through `suppress` or `suppress_table`. The rules: 1-4 is shown as "<5"; a share
of fewer than ten people is not shown at all, nor one that is everybody, nor one that gives 1-4 by subtraction; and what
a shown total would give back is withheld as well.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import metres_per_degree

K = 5
LEAST_PEOPLE = 10
LEAST_HOMES = 10
DONUT_M = (200.0, 500.0)

Reason = Literal["few", "few_people", "everybody", "by_subtraction", "complement"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as it may be shown. `text` is for people ("12", "<5", "n<10", "withheld"), `value` None when hidden.

    `reason` says why a number is hidden, so that a page can explain it in its own words; None when it is shown.
    """

    text: str
    value: int | None
    suppressed: bool
    reason: Reason | None = None


def suppress(count: int, k: int = K, of: int | None = None) -> Shown:
    """How one count may be shown; `of` is the number of people it is a share of, where it is one.

    0 is shown as 0, unless it is 0 of fewer than ten, which would say something about each of them.
    """
    if count < 0 or (of is not None and count > of):
        raise ValueError("A count is not negative and not more than what it is a share of.")
    return shown_as(count, reason_to_hide(count, k, of), k)


def reason_to_hide(count: int, k: int = K, of: int | None = None) -> Reason | None:
    """Why a count may not be shown by itself; `of` as in `suppress`. None where it may."""
    if of is not None and of < LEAST_PEOPLE:
        return "few_people"
    if 0 < count < k:
        return "few"
    if of is not None and count == of:
        return "everybody"
    if of is not None and 0 < of - count < k:
        return "by_subtraction"
    return None


def shown_as(count: int, reason: Reason | None = None, k: int = K) -> Shown:
    """A count that was decided upon: as it is, or hidden for a reason."""
    return Shown(_words(reason, k), None, True, reason) if reason else Shown(str(count), count, False)


def _words(reason: Reason, k: int) -> str:
    return {"few": f"<{k}", "few_people": f"n<{LEAST_PEOPLE}"}.get(reason, "withheld")


BANDS: tuple[tuple[int, str], ...] = ((10, "10+"), (5, "5-9"), (1, "1-4"), (0, "0"))


def suppress_band(count: int, people: int, of: int, k: int = K) -> Shown:
    """How a number of tasks may be shown as a band: 0, 1-4, 5-9, 10+; never as itself.

    `people` are those whom the tasks are about, `of` those who could have one: the rules for people decide. The band 1-4
    says no more than "<5" does, so few people alone hide nothing but a larger number of their tasks.
    """
    shown, band = suppress(people, k, of), band_of(count)
    if shown.reason == "few":
        return Shown(band, None, suppressed=False) if band == "1-4" else Shown("withheld", None, True, "few")
    return shown if shown.suppressed else Shown(band, None, suppressed=False)


def band_of(count: int) -> str:
    return next(band for least, band in BANDS if count >= least)


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table with its totals, each cell as it may be shown. Keys are those that came in."""

    cells: dict[str, dict[str, Shown]]
    row_totals: dict[str, Shown]
    column_totals: dict[str, Shown]
    total: Shown


_Cell = tuple[str, str]
_TOTAL = "\0total"


def suppress_table(
    rows: Mapping[str, Mapping[str, int]],
    k: int = K,
    denominators: Mapping[str, Mapping[str, int]] | None = None,
) -> ShownTable:
    """Suppress a table of counts (row -> column -> count) together with its totals of rows and columns.

    After the cells that must be hidden for themselves, further ones are withheld, the smallest first, until no line
    with its total narrows a hidden cell down to one value; totals are lines too. `denominators` has the same keys.
    """
    counts = _with_totals(rows)
    hidden = _hidden_by_themselves(counts, k, denominators or {})
    lines = _lines_of(counts)
    while _withhold_one(counts, hidden, lines, k):
        pass
    shown = {cell: shown_as(count, hidden.get(cell), k) for cell, count in counts.items()}
    names = list(rows)
    columns = sorted({column for row in rows.values() for column in row})
    return ShownTable(
        cells={name: {column: shown[name, column] for column in rows[name]} for name in names},
        row_totals={name: shown[name, _TOTAL] for name in names},
        column_totals={column: shown[_TOTAL, column] for column in columns},
        total=shown[_TOTAL, _TOTAL],
    )


def _with_totals(rows: Mapping[str, Mapping[str, int]]) -> dict[_Cell, int]:
    counts: dict[_Cell, int] = {(_TOTAL, _TOTAL): 0}
    for name, row in rows.items():
        counts[name, _TOTAL] = 0
        for column, count in row.items():
            counts[name, column] = count
            for total in ((name, _TOTAL), (_TOTAL, column), (_TOTAL, _TOTAL)):
                counts[total] = counts.get(total, 0) + count
    return counts


def _hidden_by_themselves(
    counts: Mapping[_Cell, int], k: int, denominators: Mapping[str, Mapping[str, int]]
) -> dict[_Cell, Reason]:
    of = _with_totals(denominators) if denominators else {}
    reasons = {cell: reason_to_hide(count, k, of.get(cell)) for cell, count in counts.items()}
    return {cell: reason for cell, reason in reasons.items() if reason is not None}


def _lines_of(counts: Mapping[_Cell, int]) -> list[tuple[_Cell, list[_Cell]]]:
    """Every (total, its parts): rows, columns, and the totals themselves under the grand total."""
    rows: dict[str, list[_Cell]] = {}
    columns: dict[str, list[_Cell]] = {}
    for name, column in counts:
        if column != _TOTAL:
            rows.setdefault(name, []).append((name, column))
        if name != _TOTAL:
            columns.setdefault(column, []).append((name, column))
    lines = [((name, _TOTAL), parts) for name, parts in rows.items()]
    return lines + [((_TOTAL, column), parts) for column, parts in columns.items()]


def _withhold_one(
    counts: Mapping[_Cell, int], hidden: dict[_Cell, Reason], lines: Iterable[tuple[_Cell, list[_Cell]]], k: int
) -> bool:
    for total, parts in lines:
        unknown = [cell for cell in (*parts, total) if cell in hidden]
        if not unknown or not _gives_one_away(counts, hidden, total, parts, k):
            continue
        # Parts go before totals, and the smallest first: that keeps most of the table readable.
        rest = sorted(
            (cell for cell in parts if cell not in hidden), key=lambda cell: (counts[cell] == 0, counts[cell])
        )
        choice = rest[0] if rest else total
        if choice in hidden:
            continue
        hidden[choice] = "complement"
        return True
    return False


def _gives_one_away(
    counts: Mapping[_Cell, int], hidden: Mapping[_Cell, Reason], total: _Cell, parts: list[_Cell], k: int
) -> bool:
    """Whether this line, as shown, leaves only one possible value for some hidden cell of it.

    Parts add up to the total, so with s = -1 for the total the line reads sum(s * cell) = 0.
    """
    signed = [(cell, 1) for cell in parts] + [(total, -1)]
    shown = sum(sign * counts[cell] for cell, sign in signed if cell not in hidden)
    bounds = [_signed_range(hidden[cell], sign, k) for cell, sign in signed if cell in hidden]
    lowest, highest = _Sum([low for low, _ in bounds]), _Sum([high for _, high in bounds])
    for low, high in bounds:
        least, most = -shown - highest.without(high), -shown - lowest.without(low)
        if min(high, most) - max(low, least) < 1:
            return True
    return False


def _signed_range(reason: Reason, sign: int, k: int) -> tuple[float, float]:
    low, high = range_of(reason, k)
    return (low, high) if sign > 0 else (-high, -low)


class _Sum:
    """A sum from which single terms can be taken out again, also endless ones (all of one sign)."""

    def __init__(self, terms: list[float]) -> None:
        self.finite = sum(term for term in terms if math.isfinite(term))
        self.endless = [term for term in terms if math.isinf(term)]

    def without(self, term: float) -> float:
        if len(self.endless) > math.isinf(term):
            return self.endless[0]
        return self.finite - (0 if math.isinf(term) else term)


def range_of(reason: Reason, k: int) -> tuple[float, float]:
    """What a reader knows of a hidden cell from how it is shown. A withheld one may be thought to be at least k."""
    if reason == "few":
        return 1, k - 1
    return (0, math.inf) if reason == "few_people" else (k, math.inf)


def mask_point(
    lon: float,
    lat: float,
    seed: str,
    village: BaseGeometry,
    committee: tuple[float, float] | None = None,
    homes_near: int | None = None,
) -> tuple[float, float]:
    """A stand-in for a home, 200-500 m away inside the same village; always the same one for the same seed.

    `seed` must hold something secret beside the record's id, or the draw can be repeated and taken back. The same seed
    gives the same place, so that asking often does not average out. In a hamlet of fewer than ten homes (`homes_near`)
    and where the village has no room for the ring, the village committee stands in, or the middle of the village.
    """
    if homes_near is not None and homes_near < LEAST_HOMES:
        return committee or _middle_of(village)
    per_lat, per_lon = metres_per_degree(lat)
    for attempt in range(64):
        turn, reach = _draw(seed, attempt)
        # The square root of a uniform draw between the squares spreads the points evenly over the ring.
        metres = math.sqrt(DONUT_M[0] ** 2 + reach * (DONUT_M[1] ** 2 - DONUT_M[0] ** 2))
        x = lon + metres * math.cos(turn * math.tau) / per_lon
        y = lat + metres * math.sin(turn * math.tau) / per_lat
        if shapely.intersects_xy(village, x, y):
            return x, y
    return committee or _middle_of(village)


def _draw(seed: str, attempt: int) -> tuple[float, float]:
    digest = hashlib.sha256(f"{attempt}\0{seed}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64, int.from_bytes(digest[8:16]) / 2**64


def _middle_of(village: BaseGeometry) -> tuple[float, float]:
    middle = village.representative_point()
    return middle.x, middle.y
